"""Waiting and trying again at one backend: only before the answer begins, only for what passes, and not for long."""

from itertools import pairwise

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, html_page, json_reply, paced, replay, reply, sequence, steps
from tests.fakes.exchange import Exchange
from tests.fakes.faults import HELLO
from tests.fakes.kinds.knobs import Knobs
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.server import CHAT, MODELS, FakeBackend
from tests.fakes.wire import Behaviour, Fin, Rst
from tests.lsp.asking import ask, notices, reports
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.user_file import write_user_file

QUICKLY = 5.0


def busy(retry_after: str | None) -> Behaviour:
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return json_reply({"error": "Too many requests"}, status=429, headers=headers)


def lab(backend: FakeBackend, **settings: object) -> dict[str, dict[str, object]]:
    return {"backends.lab": {"url": backend.url, **settings}, "embedded": {"enabled": False}}


def seconds_between(sent: list[Exchange]) -> list[float]:
    arrived = [one.request.arrived for one in sent]
    return [later - earlier for earlier, later in pairwise(arrived)]


PASSES: dict[str, list[Behaviour]] = {
    "429 that says when": [busy("0")],
    "502 of a proxy": [html_page(502)],
    "503 of a proxy": [html_page(503)],
    "two of them": [html_page(502), html_page(503)],
}


async def test_what_passes_is_tried_again_and_the_user_notices_nothing(
    start_client: StartClient, home: dict[str, str], subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        write_user_file(home, lab(backend))
        async with start_client() as client:
            for name, failures in PASSES.items():
                with subtests.test(name):
                    before = len(backend.exchanges(CHAT))
                    backend.answer(CHAT, sequence(*failures, answers.chat()))
                    chat = await client.chat(ask(), QUICKLY)
                    assert (chat.text, notices(chat)) == (HELLO, [])
                    assert len(backend.exchanges(CHAT)) - before == len(failures) + 1


async def test_server_that_says_when_is_not_asked_before(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend(chat=sequence(busy("1"), answers.chat())) as backend:
        write_user_file(home, lab(backend))
        async with start_client() as client:
            assert (await client.chat(ask(), QUICKLY)).text == HELLO
        (pause,) = seconds_between(backend.exchanges(CHAT))
    assert 1 <= pause < 2


async def test_long_pause_is_left_to_the_user_who_is_told_how_long(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=busy("60")) as backend:
        write_user_file(home, lab(backend))
        async with start_client() as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(), 1.0)
            assert (caught.value.kind, caught.value.data["retryAfter"]) == ("overloaded", 60)
        assert len(backend.exchanges(CHAT)) == 1


async def test_server_that_stays_bad_is_asked_three_times_with_growing_pauses(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=html_page(502)) as backend:
        write_user_file(home, lab(backend))
        async with start_client() as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(), QUICKLY)
            assert (caught.value.kind, caught.value.data["status"]) == ("server_error", 502)
        sent = backend.exchanges(CHAT)
        first, second = seconds_between(sent)
    assert first < second < 3
    assert {one.request.body for one in sent} == {sent[0].request.body}


MAY_HAVE_RUN: dict[str, Behaviour] = {
    "429 without a time": busy(None),
    "500": json_reply({"error": "CUDA error"}, status=500),
    "504": reply(504),
    "401": replay("vllm/unauthorised_401.json"),
    "cut after the first text": cut_after(answers.chat(), 3, Rst()),
    "failed after the first text": replay("tgi/error_in_stream.sse"),
}


async def test_request_that_may_have_run_is_never_sent_again(
    start_client: StartClient, home: dict[str, str], subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        write_user_file(home, lab(backend))
        async with start_client() as client:
            for name, behaviour in MAY_HAVE_RUN.items():
                with subtests.test(name):
                    before = len(backend.exchanges(CHAT))
                    backend.answer(CHAT, behaviour)
                    with pytest.raises(ResponseError):
                        await client.chat(ask(), QUICKLY)
                    assert len(backend.exchanges(CHAT)) - before == 1


async def test_request_whose_new_connection_is_cut_is_not_sent_again(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=steps(Fin())) as backend:
        write_user_file(home, lab(backend))
        async with start_client() as client:
            await client.request("inhouse/models")
            backend.drop_connections()
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(), QUICKLY)
            assert caught.value.kind == "unreachable"
        connections = [one.request.connection for one in backend.exchanges(CHAT)]
    assert len(connections) == len(set(connections)) <= 2


async def test_cancelling_in_a_pause_ends_the_chat_at_once_and_nothing_more_is_sent(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=busy("3")) as backend:
        write_user_file(home, lab(backend, max_concurrency=1))
        async with start_client() as client:
            chat = client.start_chat(ask())
            refused = await backend.wait_for_async(CHAT)
            await refused.outcome_async()
            chat.cancel()
            with pytest.raises(ResponseError) as caught:
                await chat.result(0.5)
            assert caught.value.code == types.LSPErrorCodes.RequestCancelled
            backend.answer(CHAT, paced(answers.chat(), 0.01))
            assert (await client.chat(ask("next"), QUICKLY)).text == HELLO, "the one turn is free again"
        asked = [one.request.json["messages"][-1]["content"] for one in backend.exchanges(CHAT)]
    assert asked == ["Say hello.", "next"]


LOADING = replay("llamacpp/loading_503.json")


async def test_only_server_that_still_loads_is_waited_for_and_the_user_sees_why(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_llamacpp(Knobs(loading=True)) as server:
        write_user_file(home, lab(server))
        async with start_client() as client:
            chat = client.start_chat(ask())
            await client.pulse.until(lambda: any("loading" in each for each in reports(chat.progress)))
            server.knobs = Knobs()
            done = await chat.chat(QUICKLY)
    assert done.text == "Hello from the fake server."
    assert notices(done) == []
    assert "loading lab" in " ".join(reports(done.progress))


async def test_only_server_is_waited_for_no_longer_than_for_a_first_token(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_llamacpp(Knobs(loading=True)) as server:
        write_user_file(home, lab(server, first_token_timeout=1))
        async with start_client() as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(), QUICKLY)
            assert (caught.value.kind, caught.value.data["backend"]) == ("loading", "lab")
        assert 2 <= len(server.exchanges(MODELS)) <= 6


async def test_cancelling_while_a_server_loads_ends_the_chat_at_once(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_llamacpp(Knobs(loading=True)) as server:
        write_user_file(home, lab(server))
        async with start_client() as client:
            chat = client.start_chat(ask())
            await client.pulse.until(lambda: any("loading" in each for each in reports(chat.progress)))
            chat.cancel()
            with pytest.raises(ResponseError) as caught:
                await chat.result(0.5)
            assert caught.value.code == types.LSPErrorCodes.RequestCancelled


@pytest.mark.parametrize("where", ["list", "chat"])
async def test_another_backend_takes_over_when_loading_takes_longer_than_a_moment(
    start_client: StartClient, home: dict[str, str], where: str
) -> None:
    first = FakeBackend(models=LOADING) if where == "list" else FakeBackend(chat=LOADING)
    with first, FakeBackend() as second:
        tables = lab(first) | {"backends.other": {"url": second.url}, "routing": {"order": ["lab", "other"]}}
        write_user_file(home, tables)
        async with start_client() as client:
            chat = await client.chat(ask(), QUICKLY)
        asked = first.exchanges(MODELS if where == "list" else CHAT)
        waited = second.wait_for(CHAT).request.arrived - asked[0].request.arrived
    (notice,) = notices(chat)
    assert (chat.text, chat.result["backend"]) == (HELLO, "other")
    assert "lab is still loading its model." in notice
    assert 1.5 < waited < 10
    assert 2 <= len(asked) <= 10
    assert any("loading" in each for each in reports(chat.progress))


async def test_server_that_has_loaded_in_a_moment_answers_itself(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_llamacpp(Knobs(loading=True)) as first, FakeBackend() as second:
        write_user_file(home, lab(first) | {"backends.other": {"url": second.url}})
        async with start_client() as client:
            chat = client.start_chat(ask())
            await client.pulse.until(lambda: any("loading" in each for each in reports(chat.progress)))
            first.knobs = Knobs()
            assert (await chat.chat(QUICKLY)).result["backend"] == "lab"
        assert not second.exchanges(CHAT)

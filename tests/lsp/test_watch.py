"""Servers that come, go and change are noticed unasked, and without asking them much."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import html_page, silence
from tests.fakes.faults import HELLO
from tests.fakes.kinds.address import Address
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.vllm import fake_vllm
from tests.fakes.server import CHAT, MODELS, FakeBackend
from tests.lsp.asking import ask, notices
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

UNASKED = 15.0
"""Seconds: the first look at a server that is down comes after five."""


def serving(*names: str) -> Knobs:
    return Knobs(models=tuple(FakeModel(name) for name in names))


def told(client: EditorClient, name: str) -> JsonObject:
    """What the last `inhouse/statusChanged` said of one backend."""
    said = client.notified("inhouse/statusChanged")
    found = [one for one in said[-1]["backends"] if one["name"] == name] if said else []
    return found[0] if found else {}


async def until(client: EditorClient, condition: Callable[[], bool]) -> None:
    await client.pulse.until(condition, UNASKED)


async def state_of_models(client: EditorClient) -> dict[str, str]:
    return {model["id"]: model["state"] for model in (await client.request("inhouse/models"))["models"]}


async def test_server_that_comes_later_is_noticed_and_its_neighbour_left_in_peace(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with Address() as late, FakeBackend() as well:
        tables = {f"backends.{name}": {"url": one.url} for name, one in {"late": late, "well": well}.items()}
        write_user_file(home, tables | {"embedded": {"enabled": False}, "": {"model": "late|acme/coder"}})
        async with start_client() as client:
            assert await state_of_models(client) == {f"well|{answers.MODEL}": "ready"}
            assert (await client.chat(ask())).result["backend"] == "well"
            changes = len(client.notified("inhouse/modelsChanged"))
            down = len(late.exchanges())
            late.serves = fake_vllm(serving("acme/coder"))
            await until(client, lambda: told(client, "late").get("state") == "ready")
            assert (told(client, "late")["kind"], told(client, "late")["version"]) == ("vllm", "0.32.0")
            assert len(client.notified("inhouse/modelsChanged")) > changes
            assert (await client.request("inhouse/models"))["default"] == "late|acme/coder"
            assert (await client.chat(ask())).result["backend"] == "late"
        assert down <= 6, "a server that is down is asked a few times, not all the time"
        assert len(well.exchanges(MODELS)) == 1, "one that is well is not asked again"


async def test_server_that_goes_away_is_told_and_its_models_stay_listed(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with Address(fake_vllm(serving("acme/coder"))) as lab:
        write_user_file(home, {"backends.lab": {"url": lab.url}, "embedded": {"enabled": False}})
        async with start_client() as client:
            assert await state_of_models(client) == {"lab|acme/coder": "ready"}
            lab.serves = None
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask())
            assert caught.value.kind == "unreachable"
            await until(client, lambda: told(client, "lab").get("state") == "unreachable")
            assert client.notified("inhouse/modelsChanged")
            listed = await client.request("inhouse/models")
            assert [(model["id"], model["state"]) for model in listed["models"]] == [("lab|acme/coder", "unavailable")]
            assert [problem["kind"] for problem in listed["problems"]] == ["unreachable"]
            assert listed["default"] is None

            lab.serves = fake_ollama(serving("qwen:7b"))
            await until(client, lambda: told(client, "lab").get("state") == "ready")
            assert told(client, "lab")["kind"] == "ollama"
            assert await state_of_models(client) == {"lab|qwen:7b": "ready"}
            assert (await client.chat(ask())).result["model"] == "lab|qwen:7b"


async def test_models_that_changed_are_told_after_the_first_request_for_one_that_went(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with Address(fake_vllm(serving("old"))) as lab:
        write_user_file(home, {"backends.lab": {"url": lab.url}, "embedded": {"enabled": False}})
        async with start_client() as client:
            assert await state_of_models(client) == {"lab|old": "ready"}
            lab.serves = fake_vllm(serving("new"))
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(model="lab|old"))
            assert caught.value.kind == "model_not_found"
            await until(client, lambda: bool(client.notified("inhouse/modelsChanged")))
            assert await state_of_models(client) == {"lab|new": "ready"}
            assert (await client.chat(ask())).result["model"] == "lab|new"


async def test_second_window_believes_what_the_first_found_out(start_client: StartClient, home: dict[str, str]) -> None:
    model = FakeModel("acme/coder")
    with fake_ollama(Knobs(models=(model,))) as server:
        write_user_file(home, {"backends.lab": {"url": server.url}, "embedded": {"enabled": False}})
        asked: list[list[str]] = []
        kinds: list[str] = []
        for _window in range(2):
            before = len(server.paths())
            async with start_client() as client:
                (shown,) = (await client.request("inhouse/status"))["backends"]
                asked.append(server.paths()[before:])
                kinds.append(shown["kind"])
                assert (await client.chat(ask())).result["model"] == "lab|acme/coder"
        server.knobs = replace(server.knobs, models=(replace(model, name="other"),))
        async with start_client() as client:
            assert await state_of_models(client) == {"lab|other": "ready"}
    assert kinds == ["ollama", "ollama"]
    assert len(asked[1]) < len(asked[0])
    assert {"GET /v1/models", "GET /"} <= set(asked[0])
    assert not {"GET /v1/models", "GET /"} & set(asked[1])


async def test_slow_server_is_passed_over_until_it_is_well_again(
    start_client: StartClient, home: dict[str, str]
) -> None:
    """The circuit breaker: nobody waits a third time for what was in vain twice."""
    with FakeBackend(chat=silence()) as slow, FakeBackend() as next_one:
        first = {"url": slow.url, "first_token_timeout": 2.1}
        tables = {"backends.slow": first, "backends.next": {"url": next_one.url}}
        write_user_file(home, tables | {"embedded": {"enabled": False}, "routing": {"order": ["slow", "next"]}})
        async with start_client() as client:
            in_vain = [client.start_chat(ask()) for _ in range(2)]
            for chat in in_vain:
                assert (await chat.chat()).result["backend"] == "next"
            chat = await client.chat(ask(), 1.5)
            assert (chat.text, chat.result["backend"]) == (HELLO, "next")
            assert "next|acme/smol answers instead." in notices(chat)[0]
            assert len(slow.exchanges(CHAT)) == 2

            slow.answer(CHAT, answers.chat())
            next_one.answer(CHAT, html_page(500))
            chat = await client.chat(ask())
            assert chat.result["backend"] == "slow", "it is tried where nobody else answers"
            next_one.answer(CHAT, answers.chat())
            chat = await client.chat(ask())
            assert (chat.result["backend"], notices(chat)) == ("slow", []), "and has its place again"

"""When one backend fails before its answer has begun, the next one answers, and says so."""

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, html_page, json_reply, replay, silence, steps
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend, refusing_url
from tests.fakes.wire import Behaviour, Fin, Rst
from tests.lsp.asking import ask, notices
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

FIRST = f"first|{answers.MODEL}"
SECOND = f"second|{answers.MODEL}"


def two(first: str, second: str, **routing: object) -> dict[str, dict[str, object]]:
    backends: dict[str, dict[str, object]] = {
        "backends.first": {"url": first, "first_token_timeout": 0.3},
        "backends.second": {"url": second},
    }
    return backends | {"routing": routing}


async def test_embedded_model_answers_where_the_only_server_refuses(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    with refusing_url() as url:
        settings = {"huggingface": {"customTGIEndpoint": url}}
        async with start_client(env=home_with_model, settings=settings) as client:
            chat = await client.chat(ask(maxTokens=3))
    assert (chat.result["backend"], chat.result["model"]) == ("embedded", "embedded|smollm2-135m-instruct")
    assert chat.text
    (notice,) = notices(chat)
    assert url in notice
    assert chat.result["model"] in notice
    assert "on this computer's CPU" in notice
    assert "reduced" in notice
    assert chat.partials[0]["kind"] == "notice"


MOVING_ON: dict[str, Behaviour] = {
    "cut before the headers": steps(Fin()),
    "timeout": silence(),
    "overloaded": json_reply({"error": "busy"}, status=429),
    "loading": replay("llamacpp/loading_503.json"),
    "server error": html_page(502),
}


async def test_next_backend_answers_where_the_first_one_cannot_now(
    start_client: StartClient, home: dict[str, str], subtests: pytest.Subtests
) -> None:
    with FakeBackend() as first, FakeBackend() as second:
        write_user_file(home, two(first.url, second.url))
        async with start_client() as client:
            for name, behaviour in MOVING_ON.items():
                with subtests.test(name):
                    first.answer(CHAT, behaviour)
                    chat = await client.chat(ask(model=FIRST))
                    assert (chat.text, chat.result["model"]) == (HELLO, SECOND)
                    assert SECOND in notices(chat)[0]
            first.answer(CHAT, answers.chat())
            assert (await client.chat(ask())).result["backend"] == "first"


STAYING: dict[str, tuple[Behaviour, str]] = {
    "unauthorized": (replay("vllm/unauthorised_401.json"), "unauthorized"),
    "unknown model": (answers.unknown_model(answers.MODEL), "model_not_found"),
    "overflow": (replay("vllm/chat_overflow_400.json"), "context_overflow"),
    "not a stream": (html_page(), "bad_response"),
    "begun and reset": (cut_after(answers.chat(), 3, Rst()), "incomplete"),
    "begun and failed": (replay("tgi/error_in_stream.sse"), "server_error"),
}


async def test_no_other_backend_is_asked_where_that_would_not_help_or_an_answer_has_begun(
    start_client: StartClient, home: dict[str, str], subtests: pytest.Subtests
) -> None:
    with FakeBackend() as first, FakeBackend() as second:
        write_user_file(home, two(first.url, second.url))
        async with start_client() as client:
            for name, (behaviour, kind) in STAYING.items():
                with subtests.test(name):
                    first.answer(CHAT, behaviour)
                    assert await kind_of_failure(client, ask(model=FIRST)) == kind
        assert not second.exchanges(CHAT)


async def kind_of_failure(client: EditorClient, question: JsonObject) -> str | None:
    with pytest.raises(ResponseError) as caught:
        await client.chat(question)
    return caught.value.kind


async def test_fallback_switched_off_asks_nobody_else(start_client: StartClient, home: dict[str, str]) -> None:
    with refusing_url() as first, FakeBackend() as second:
        write_user_file(home, two(first, second.url, fallback=False))
        async with start_client() as client:
            assert await kind_of_failure(client, ask()) == "unreachable"
        assert not second.exchanges(CHAT)


@pytest.mark.parametrize("named", [False, True])
async def test_cloud_backend_takes_part_only_if_the_order_names_it(
    start_client: StartClient, home: dict[str, str], named: bool
) -> None:
    with refusing_url() as first, FakeBackend() as second:
        order = {"order": ["first", "second"]} if named else {}
        tables = two(first, second.url, **order)
        tables["backends.second"]["zone"] = "cloud"
        write_user_file(home, tables)
        async with start_client() as client:
            if named:
                assert (await client.chat(ask())).result["model"] == SECOND
            else:
                assert await kind_of_failure(client, ask()) == "unreachable"
                assert not second.exchanges(CHAT)
                assert (await client.chat(ask(model=SECOND))).text == HELLO


async def test_order_says_who_is_asked_first(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as first, FakeBackend() as second:
        write_user_file(home, two(first.url, second.url, order=["second", "first"]))
        async with start_client() as client:
            assert (await client.chat(ask())).result["backend"] == "second"
            assert (await client.request("inhouse/models"))["default"] == SECOND
        assert not first.exchanges(CHAT)

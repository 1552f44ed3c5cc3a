"""What answers teach of a model is used at once, shown in the list, and forgotten when its server may be another."""

from dataclasses import replace

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import json_reply
from tests.fakes.faults import HELLO
from tests.fakes.kinds.address import Address
from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.kinds.vllm import NO_TOOL_PARSER, fake_vllm
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.asking import ask, ask_agent, notices
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

ALONE = {"embedded": {"enabled": False}}
CALL = ToolCall("read_file", {"path": "d.py"})
MODEL = FakeModel(tools=False)


async def listed(client: EditorClient, *, refresh: bool = False) -> JsonObject:
    (model,) = (await client.request("inhouse/models", {"refresh": True} if refresh else {}))["models"]
    return model


async def calls_tools(client: EditorClient, *, refresh: bool = False) -> bool:
    return (await listed(client, refresh=refresh))["capabilities"]["toolCalling"]


def refused_as_vllm_does() -> FakeBackend:
    """An old one, which tells nothing of itself: a server without `/version` is not tried out."""
    refused = json_reply({"error": {"message": NO_TOOL_PARSER, "type": "BadRequestError", "code": 400}}, status=400)
    healthy = answers.chat()
    return FakeBackend(chat=lambda request: (refused if "tools" in request.json else healthy)(request))


async def test_refusal_of_tools_is_met_by_one_more_try_without_them_and_the_flag_is_told_once(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with refused_as_vllm_does() as backend:
        write_user_file(home, ALONE | {"backends.lab": {"url": backend.url}})
        async with start_client() as client:
            await listed(client)
            changes = len(client.notified("inhouse/modelsChanged"))
            first = await client.chat(ask_agent())
            assert first.text == HELLO
            assert ["tools" in one.request.json for one in backend.exchanges(CHAT)] == [True, False]
            (notice,) = notices(first)
            assert f"lab|{answers.MODEL} cannot call tools and answers without them." in notice
            assert "--enable-auto-tool-choice --tool-call-parser" in notice
            await client.notification("inhouse/modelsChanged", changes + 1)

            second = await client.chat(ask_agent())
            assert (second.text, notices(second)) == (HELLO, [])
            assert ["tools" in one.request.json for one in backend.exchanges(CHAT)] == [True, False, False]
            assert await calls_tools(client) is False
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask_agent(toolChoice="required"))
            assert caught.value.kind == "unsupported"


async def test_call_that_came_shows_that_the_model_can_until_the_list_is_asked_for_anew(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_plain(Knobs(tool_calls=(CALL,))) as server:
        write_user_file(home, ALONE | {"backends.lab": {"url": server.url}})
        async with start_client() as client:
            assert await calls_tools(client) is False, "nobody has said so yet"
            chat = await client.chat(ask_agent())
            assert [value["kind"] for value in chat.partials] == ["toolCall"]
            assert client.notified("inhouse/modelsChanged")
            assert await calls_tools(client) is True
            assert await calls_tools(client, refresh=True) is False


async def test_what_was_learnt_is_forgotten_when_the_server_starts_anew(
    start_client: StartClient, home: dict[str, str]
) -> None:
    before = fake_plain(Knobs(models=(MODEL,), tool_calls=(CALL,)))
    with Address(before) as lab:
        write_user_file(home, ALONE | {"backends.lab": {"url": lab.url}})
        async with start_client() as client:
            (notice,) = notices(await client.chat(ask_agent()))
            assert "ollama show" in notice, "advice from the refusal's words where the server's kind is unknown"
            assert "tools" not in lab.exchanges(CHAT)[-1].request.json
            lab.serves = None
            with pytest.raises(ResponseError):
                await client.chat(ask_agent())
            lab.serves = fake_plain(Knobs(models=(replace(MODEL, tools=True),), tool_calls=(CALL,)))
            chat = await client.chat(ask_agent())
            assert [value["kind"] for value in chat.partials] == ["toolCall"]


async def test_limit_that_a_refusal_names_corrects_the_context_length_and_the_prompt_is_fitted_once_more(
    start_client: StartClient, home: dict[str, str]
) -> None:
    long = "word " * 400
    messages = [{"role": "user" if number % 2 == 0 else "assistant", "content": long} for number in range(6)]
    messages.append({"role": "user", "content": "And now?"})
    with fake_plain(Knobs(models=(FakeModel(context_length=1000),))) as server:
        write_user_file(home, ALONE | {"backends.lab": {"url": server.url}})
        async with start_client() as client:
            before = await listed(client)
            assert (before["contextLength"], before["contextSource"]) == (4096, "assumed")
            chat = await client.chat({"messages": messages})
            after = await listed(client)
            assert client.notified("inhouse/modelsChanged")
        sent = [len(one.request.json["messages"]) for one in server.exchanges(CHAT)]
    assert chat.text == "Hello from the fake server."
    assert (after["contextLength"], after["contextSource"]) == (1000, "server")
    assert after["maxInputTokens"] + after["maxOutputTokens"] <= 1000
    assert len(sent) == 2
    assert sent[1] < sent[0] == 7
    assert chat.result["dropped"]["messages"] == 7 - sent[1]
    assert any("1000" in notice for notice in notices(chat))


async def test_server_whose_refusals_go_on_is_asked_twice(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        message = "This model's maximum context length is 10 tokens. However, your messages resulted in 50 tokens."
        backend.answer(CHAT, json_reply({"error": {"message": message}}, status=400))
        write_user_file(home, ALONE | {"backends.lab": {"url": backend.url, "kind": "openai"}})
        async with start_client() as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask("Hi"))
            assert caught.value.kind == "context_overflow"
            assert caught.value.data["tokens"]["limit"] == 10
        assert 1 <= len(backend.exchanges(CHAT)) <= 2


async def test_tools_that_vllm_was_started_without_are_not_offered_at_all(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_vllm(Knobs(models=(MODEL,), tool_calls=(CALL,))) as server:
        write_user_file(home, ALONE | {"backends.lab": {"url": server.url}})
        async with start_client() as client:
            assert await calls_tools(client) is False
            await client.chat(ask_agent())
        asked = [one.request.json for one in server.exchanges(CHAT)]
    assert [one.get("tools") for one in asked if "stream" in one] == [None], "beside the question whether it calls any"

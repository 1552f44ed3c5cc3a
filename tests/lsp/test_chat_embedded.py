"""`inhouse/chat` on the real embedded model, through the real server process."""

import re
from collections.abc import Callable

import pytest
from lsprotocol import types

from tests.lsp.asking import LONG_STORY, ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.engine import the_engine
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import RunningRequest

MODEL = "embedded|smollm2-135m-instruct"
SEA = "Write three sentences about the sea."


async def test_answer_streams_and_its_pieces_are_the_whole_answer(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        streamed = await client.chat(ask(SEA, temperature=0, maxTokens=40))
        whole = await client.request("inhouse/chat", ask(SEA, temperature=0, maxTokens=40))
    texts = [value["text"] for value in streamed.partials if value["kind"] == "text"]
    assert len(texts) >= 5
    assert streamed.result["content"] == []
    assert whole["content"] == [{"kind": "text", "text": "".join(texts)}]
    assert streamed.result["usage"] | {"inputTokens": 0} == {"inputTokens": 0, "outputTokens": 40, "exact": True}
    assert streamed.result["finishReason"] == "length"
    assert (streamed.result["model"], streamed.result["backend"]) == (MODEL, "embedded")
    assert 0 < streamed.result["timing"]["firstTokenMs"] <= streamed.result["timing"]["totalMs"]


async def test_answer_that_ends_by_itself_says_so(start_client: StartClient, home_with_model: dict[str, str]) -> None:
    async with start_client(env=home_with_model) as client:
        chat = await client.chat(ask("What is the capital of France? Answer in one word.", temperature=0))
    assert "Paris" in chat.text
    assert chat.result["finishReason"] == "stop"


Press = Callable[[EditorClient, RunningRequest], None]


def press_stop(client: EditorClient, chat: RunningRequest) -> None:
    chat.cancel()


def press_stop_on_progress(client: EditorClient, chat: RunningRequest) -> None:
    client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token="stoppable"))


@pytest.mark.parametrize("press", [press_stop, press_stop_on_progress])
async def test_cancelled_answer_leaves_the_engine_idle_within_a_second(
    start_client: StartClient, home_with_model: dict[str, str], press: Press
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(ask(LONG_STORY) | {"workDoneToken": "stoppable"})
        await chat.partial(3)
        engine = the_engine(client.pid)
        assert any(await engine.busy_slots())
        press(client, chat)
        with pytest.raises(ResponseError) as caught:
            await chat.result()
        assert await engine.becomes_idle(1.0)
        assert (caught.value.code, caught.value.kind) == (types.LSPErrorCodes.RequestCancelled, "cancelled")
        assert (await client.chat(ask(maxTokens=5))).text
        assert the_engine(client.pid).pid == engine.pid
    assert chat.progress[-1]["kind"] == "end"


async def test_long_prompt_can_be_cancelled_while_it_is_read(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(ask("The quick brown fox jumps over the lazy dog. " * 300 + LONG_STORY))
        await client.pulse.until(lambda: any("reading the prompt" in str(value) for value in chat.progress))
        engine = the_engine(client.pid)
        assert any(await engine.busy_slots())
        chat.cancel()
        with pytest.raises(ResponseError, match="cancelled"):
            await chat.result(2.0)
        assert not chat.partials
        assert await engine.becomes_idle(8.0)


async def test_two_chats_at_once_do_not_mix(start_client: StartClient, home_with_model: dict[str, str]) -> None:
    questions = [ask(text, temperature=0, maxTokens=30) for text in (SEA, "Explain what a compiler does.")]
    async with start_client(env=home_with_model) as client:
        alone = [(await client.chat(question)).text for question in questions]
        running = [client.start_chat(question) for question in questions]
        together = [(await chat.chat()).text for chat in running]
    assert alone[0] != alone[1]
    assert together == alone


async def test_conversation_that_does_not_fit_is_refused_before_it_is_sent(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        question = ask("word " * 9000)
        counted = await client.request("inhouse/countTokens", {"model": MODEL, "messages": question["messages"]})
        chat = client.start_chat(question)
        with pytest.raises(ResponseError) as caught:
            await chat.result()
        assert (caught.value.code, caught.value.kind) == (types.LSPErrorCodes.RequestFailed, "context_overflow")
        assert caught.value.data["tokens"] == {"input": counted["tokens"], "limit": 8192}
        assert not any("reading the prompt" in str(value) for value in chat.progress)
        assert str(counted["tokens"]) in caught.value.message


async def test_progress_tells_the_stages_of_an_answer(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = await client.chat(ask("The sky is blue. " * 40 + "Why?", maxTokens=20))
    first, *reports, last = chat.progress
    assert first["kind"] == "begin"
    assert first["cancellable"] is True
    assert last["kind"] == "end"
    told = [value["message"] for value in reports if value["kind"] == "report"]
    assert len(told) == len(reports)
    assert any(message.startswith(f"loading {MODEL}") for message in told)
    assert any(re.fullmatch(r"reading the prompt: \d+ of \d\d\d tokens", message) for message in told)
    assert any(re.fullmatch(r"writing: \d+ tokens, \d+/s", message) for message in told)
    assert [value["percentage"] for value in reports if "reading" in value["message"]]

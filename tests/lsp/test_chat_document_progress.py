"""`streamChat: progress`: the client inserts what it is sent at a mark of its own, and must get a whole document."""

import threading
from functools import partial

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, held, html_page
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Fin, Stall
from tests.lsp.chat_editor import ChatEditor
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.lsp.running import RunningRequest

MODEL = f"tgi|{answers.MODEL}"
QUESTION = "## You\n\nHow are you?"
BEGIN = {"kind": "heading", "text": f"\n\n## {MODEL}\n\n"}
END = {"kind": "heading", "text": "\n\n## You\n"}


@pytest.fixture
def start_streaming(start_client: StartClient) -> StartClient:
    return partial(start_client, options={"streamChat": "progress"})


def tgi(backend: FakeBackend) -> JsonObject:
    return {"huggingface": {"customTGIEndpoint": backend.url}}


def send(editor: ChatEditor) -> tuple[RunningRequest, list[JsonObject]]:
    """The request, and the values on its token, to which more come."""
    return editor.send(partialResultToken="values"), editor.client.values("values")


def inserted(values: list[JsonObject]) -> str:
    return "".join(value["text"] for value in values if value["kind"] in ("heading", "text"))


async def test_values_are_a_heading_the_answer_and_a_heading(start_streaming: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            editor = ChatEditor(client, f"{QUESTION}\n")
            running, values = send(editor)
            result = await running.result()
    assert values == [BEGIN, *({"kind": "text", "text": text} for text in answers.TEXTS), END]
    assert (result["outcome"], editor.edits) == ("answered", [])


async def test_answer_comes_while_it_is_written(start_streaming: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            running, values = send(ChatEditor(client, QUESTION))
            await client.pulse.until(lambda: len(values) == 3)
            assert inserted(values) == f"{BEGIN['text']}Hello from"
            gate.set()
            await running.result()


async def test_thinking_and_notices_come_between_the_headings(start_streaming: StartClient) -> None:
    with FakeBackend(chat=answers.chat(("42",), thinking=("Hm", "m."))) as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            running, values = send(ChatEditor(client, QUESTION))
            await running.result()
    assert [value["kind"] for value in values] == ["heading", "thinking", "thinking", "text", "heading"]


async def test_question_at_the_end_of_a_file_without_a_line_end_leaves_room_for_the_next(
    start_streaming: StartClient,
) -> None:
    with FakeBackend() as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            running, values = send(ChatEditor(client, QUESTION))
            await running.result()
    assert values[-1]["text"] == "\n\n## You\n\n"


@pytest.mark.parametrize(("ending", "mark"), [(Stall(), "stopped.*"), (Fin(), "failed. ")])
async def test_answer_that_breaks_off_ends_with_its_mark_and_a_heading(
    start_streaming: StartClient, ending: Stall | Fin, mark: str
) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, ending)) as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            editor = ChatEditor(client, f"{QUESTION}\n")
            running, values = send(editor)
            await client.pulse.until(lambda: len(values) >= 3)
            await editor.stop()
            with pytest.raises(ResponseError):
                await running.result()
    assert values[-1] == END
    assert inserted(values).startswith(f"{BEGIN['text']}Hello from\n\n*Inhouse: {mark}")


async def test_nothing_is_sent_for_a_question_that_nobody_answers(start_streaming: StartClient) -> None:
    with FakeBackend(chat=html_page()) as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            running, values = send(ChatEditor(client, QUESTION))
            with pytest.raises(ResponseError):
                await running.result()
    assert values == []


async def test_headings_in_the_answer_do_not_begin_turns(start_streaming: StartClient) -> None:
    texts = ("#", "# You", "\n```\n## ", "You\n``", "`\n## lab|", "x\n## Notes")
    with FakeBackend(chat=answers.chat(texts)) as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            running, values = send(ChatEditor(client, QUESTION))
            await running.result()
    answer = "\\## You\n```\n## You\n```\n\\## lab|x\n## Notes"
    assert inserted(values) == f"{BEGIN['text']}{answer}\n\n## You\n\n"


async def test_send_without_a_token_is_answered_by_an_edit(start_streaming: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_streaming(settings=tgi(backend)) as client:
            editor = ChatEditor(client, QUESTION)
            await editor.send().result()
    assert editor.text == f"{QUESTION}{BEGIN['text']}{HELLO}\n\n## You\n\n"


async def test_nobody_streams_who_has_not_asked_for_it(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, QUESTION)
            running, values = send(editor)
            await running.result()
        assert backend.wait_for(CHAT).request.json["stream"] is True
    assert (values, len(editor.edits)) == ([], 1)

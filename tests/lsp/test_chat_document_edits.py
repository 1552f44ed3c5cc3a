"""`streamChat: edits`: the answer comes in small edits, in order, however late the editor tells of them."""

import threading
from functools import partial

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, held, paced
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Stall
from tests.lsp.chat_editor import ChatEditor
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError

MODEL = f"tgi|{answers.MODEL}"
ASKED = "## You\n\nHow are you? 😀\n"
HEAD = f"{ASKED}\n## {MODEL}\n\n"
ANSWERED = f"{HEAD}{HELLO}\n\n## You\n\n"
PIECES = tuple(f"{number} é😀\n" if number % 3 == 0 else f"{number} " for number in range(40))


@pytest.fixture
def start_editing(start_client: StartClient) -> StartClient:
    return partial(start_client, options={"streamChat": "edits"})


def tgi(backend: FakeBackend) -> JsonObject:
    return {"huggingface": {"customTGIEndpoint": backend.url}}


@pytest.mark.parametrize(("late", "line_end"), [(False, "\n"), (True, "\r\n")])
async def test_answer_grows_in_order_in_few_edits(start_editing: StartClient, late: bool, line_end: str) -> None:
    with FakeBackend(chat=paced(answers.chat(PIECES), 0.01)) as backend:
        async with start_editing(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED.replace("\n", line_end), late=late)
            await editor.send().result()
    assert editor.text == f"{HEAD}{''.join(PIECES).strip()}\n\n## You\n\n".replace("\n", line_end)
    assert 3 <= len(editor.edits) <= 15
    assert {edit["version"] for edit in editor.edits} == {None}


async def test_answer_shows_while_it_is_written(start_editing: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_editing(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            running = editor.send()
            await editor.until(f"{HEAD}Hello from")
            gate.set()
            await running.result()
    assert editor.text == ANSWERED


@pytest.mark.parametrize("late", [False, True])
async def test_rest_comes_in_one_edit_once_somebody_else_types(start_editing: StartClient, late: bool) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_editing(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED, late=late)
            running = editor.send()
            await editor.until("Hello from")
            editor.type("# Title\n\n", before="## You")
            editor.type("\nMore to come", after="Hello from")
            editor.sync()
            shown = len(editor.edits)
            gate.set()
            await running.result()
    answer = ANSWERED.removesuffix("\n")
    assert editor.text == f"# Title\n\n{answer}\nMore to come\n"
    assert len(editor.edits) == shown + 1
    assert editor.edits[-1]["version"] == editor.edits[-1]["of"]


async def test_last_edit_waits_for_an_editor_that_has_not_told_of_the_one_before(start_editing: StartClient) -> None:
    first, second = threading.Event(), threading.Event()
    with FakeBackend(chat=held(held(answers.chat(), 3, first), 4, second)) as backend:
        async with start_editing(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED, late=True)
            running = editor.send()
            await editor.until("Hello from")

            def type_below() -> None:
                editor.type("More to come\n", after="Hello from\n")
                editor.sync()

            editor.before_edit = type_below
            first.set()
            await editor.until("Hello from the")
            second.set()
            await backend.exchanges(CHAT)[0].outcome_async()
            shown = len(editor.edits)
            with pytest.raises(TimeoutError):
                await client.pulse.until(lambda: len(editor.edits) > shown, 0.5)
            editor.sync()
            await running.result()
    assert editor.text == f"{ANSWERED.removesuffix(chr(10))}\nMore to come\n"


async def test_stopped_answer_is_marked_where_it_stands(start_editing: StartClient) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        async with start_editing(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            running = editor.send()
            await editor.until("Hello from")
            await editor.stop()
            with pytest.raises(ResponseError, match="cancelled"):
                await running.result()
    assert editor.text == f"{HEAD}Hello from\n\n*Inhouse: stopped.*\n\n## You\n\n"


async def test_edit_that_is_refused_once_is_made_up_for_in_the_last_one(start_editing: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_editing(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            editor.takes_edits = False
            running = editor.send()
            await client.pulse.until(lambda: bool(editor.edits))
            editor.takes_edits = True
            gate.set()
            await running.result()
    assert editor.text == ANSWERED

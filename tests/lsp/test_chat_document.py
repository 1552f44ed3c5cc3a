"""A conversation in a Markdown file: what is sent for it, and the answer in one edit at its end."""

import asyncio
import threading

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, held, html_page
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Fin, Stall
from tests.lsp.asking import reports
from tests.lsp.chat_editor import ChatEditor, OnStale
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

MODEL = f"tgi|{answers.MODEL}"
ASKED = "## You\n\nHow are you?\n"
ANSWERED = f"{ASKED}\n## {MODEL}\n\n{HELLO}\n\n## You\n\n"


def tgi(backend: FakeBackend) -> JsonObject:
    return {"huggingface": {"customTGIEndpoint": backend.url}}


def said(backend: FakeBackend, number: int = 1) -> list[tuple[str, str]]:
    """Who says what in the n-th request for a chat."""
    messages = backend.wait_for(CHAT, number).request.json["messages"]
    return [(message["role"], message["content"]) for message in messages]


async def test_two_turns_are_sent_and_the_answer_comes_as_one_edit(start_client: StartClient) -> None:
    text = f"## You\n\nHello?\n\n## {MODEL}\n\nHi.\n\n## You\n\nHow are you? 😀\n"
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, text)
            result = await editor.send().result()
    assert said(backend) == [("user", "Hello?"), ("assistant", "Hi."), ("user", "How are you? 😀")]
    assert editor.text == f"{text}\n## {MODEL}\n\n{HELLO}\n\n## You\n\n"
    assert len(editor.edits) == 1
    assert result == {"outcome": "answered", "model": MODEL, "finishReason": "stop"}


async def test_conversation_goes_on_where_the_answer_left_it(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, "Hello?")
            await editor.send().result()
            editor.text += "And now?"
            editor.sync()
            await editor.send().result()
    assert said(backend, 2) == [("user", "Hello?"), ("assistant", HELLO), ("user", "And now?")]
    assert editor.text.count("## You") == 2


async def test_what_is_waited_for_is_told_while_nothing_is_in_the_document(start_client: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            running = editor.send()
            await client.pulse.until(lambda: any("writing" in message for message in reports(running.progress)))
            assert editor.text == ASKED
            gate.set()
            await running.result()
    assert [value["kind"] for value in running.progress if value["kind"] != "report"] == ["begin", "end"]


async def test_front_matter_says_who_is_asked_and_how(start_client: StartClient) -> None:
    text = f"---\nmodel: {MODEL}\nsystem: Be brief.\ntemperature: 0.5\nmax_tokens: 3\n---\n\nWhy?"
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, text)
            result = await editor.send().result()
        request = backend.wait_for(CHAT).request.json
    assert said(backend) == [("system", "Be brief."), ("user", "Why?")]
    assert (request["temperature"], request["max_tokens"]) == (0.5, 3)
    assert result["finishReason"] == "length"
    assert "\n\n*Inhouse: cut off. The answer reached its limit of tokens.*\n\n## You" in editor.text


REFUSED = {
    "a front matter that is wrong": ("---\ntemperature: hot\n---\nWhy?", "Line 2 of the chat document"),
    "nothing to answer": (ANSWERED, "There is no question"),
    "nothing at all": ("", "There is no question"),
    "an answer at the end": (f"{ASKED}## a|b\nFine.", "There is no question"),
    "a link to nowhere": ("Look at [this](nowhere.py).", "nowhere.py does not exist"),
    "a link out of the workspace": ("Look at [this](../../secret.py).", "inside the workspace"),
    "a link to a secret": ("Look at [this](.env).", "never sent"),
}


async def test_what_cannot_be_sent_is_refused_and_leaves_the_document_alone(
    start_client: StartClient, subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            for number, (name, (text, message)) in enumerate(REFUSED.items()):
                with subtests.test(name):
                    editor = ChatEditor(client, text, uri=f"untitled:{number}.chat.md")
                    with pytest.raises(ResponseError) as caught:
                        await editor.send().result()
                    assert message in caught.value.message
                    assert editor.edits == []
            with pytest.raises(ResponseError, match="must be open"):
                await ChatEditor(client, ASKED, uri="untitled:notes.md").send().result()
        assert backend.exchanges(CHAT) == []


async def test_stopped_answer_stays_marked_and_the_next_request_says_so(start_client: StartClient) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            running = editor.send()
            await client.pulse.until(lambda: any("writing: 2" in message for message in reports(running.progress)))
            assert await editor.stop() == {"stopped": 1}
            with pytest.raises(ResponseError) as caught:
                await running.result()
            assert caught.value.code == types.LSPErrorCodes.RequestCancelled
            assert await backend.wait_for(CHAT).closed_by_client_async(1.0)
            assert editor.text == f"{ASKED}\n## {MODEL}\n\nHello from\n\n*Inhouse: stopped.*\n\n## You\n\n"
            backend.answer(CHAT, answers.chat())
            editor.text += "Go on."
            editor.sync()
            await editor.send().result()
    assert said(backend, 2)[1] == ("assistant", "Hello from\n\n[The user stopped this answer before its end.]")


async def test_stopped_answer_is_over_even_if_the_editor_never_takes_it(start_client: StartClient) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)

            async def never(_params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
                await asyncio.Event().wait()
                raise AssertionError

            client.protocol.fm.features.pop(types.WORKSPACE_APPLY_EDIT)  # pyright: ignore[reportUnknownMemberType]
            client.feature(types.WORKSPACE_APPLY_EDIT)(never)
            running = editor.send()
            await client.pulse.until(lambda: any("writing: 2" in message for message in reports(running.progress)))
            await editor.stop()
            with pytest.raises(ResponseError) as caught:
                await running.result(15.0)
            assert caught.value.code == types.LSPErrorCodes.RequestCancelled


async def test_failed_answer_stays_marked(start_client: StartClient) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Fin())) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            with pytest.raises(ResponseError) as caught:
                await editor.send().result()
    assert caught.value.kind == "incomplete"
    assert f"\n\nHello from\n\n*Inhouse: failed. {caught.value.message}*\n\n## You\n\n" in editor.text


async def test_failure_before_the_first_word_leaves_the_question_to_be_sent_again(start_client: StartClient) -> None:
    with FakeBackend(chat=html_page()) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            with pytest.raises(ResponseError):
                await editor.send().result()
            assert editor.text == ASKED
            backend.answer(CHAT, answers.chat())
            await editor.send().result()
    assert editor.text == ANSWERED


async def test_document_is_answered_once_at_a_time(start_client: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 2, gate)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            first = editor.send()
            await backend.wait_for_async(CHAT)
            with pytest.raises(ResponseError) as caught:
                await editor.send().result()
            assert caught.value.kind == "busy"
            gate.set()
            await first.result()
    assert editor.text == ANSWERED


@pytest.mark.parametrize(("late", "on_stale"), [(False, "refuse"), (True, "refuse"), (True, "lie")])
async def test_answer_follows_its_question_whatever_is_typed_meanwhile(
    start_client: StartClient, late: bool, on_stale: OnStale
) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, f"## You\n\nOne\n\n{ASKED}", late=late, on_stale=on_stale)
            running = editor.send()
            await backend.wait_for_async(CHAT)
            editor.type("Zero\n", before="One")
            editor.type("\nMore to come", after="How are you?")
            editor.sync()
            gate.set()
            await running.result()
            editor.sync()
    assert editor.text == (
        f"## You\n\nZero\nOne\n\n## You\n\nHow are you?\n\n## {MODEL}\n\n{HELLO}\n\n## You\n\nMore to come\n"
    )


@pytest.mark.parametrize("on_stale", ["refuse", "lie"])
async def test_edit_that_crosses_a_change_on_the_way_is_made_anew(start_client: StartClient, on_stale: OnStale) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED, on_stale=on_stale)
            editor.before_edit = lambda: editor.type("# Title\n\n", before="## You")
            await editor.send().result()
    assert editor.text == f"# Title\n\n{ANSWERED}"
    assert [edit["version"] for edit in editor.edits] == [1, 2]


async def test_editor_that_does_not_take_the_answer_is_told_so(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            editor.takes_edits = False
            with pytest.raises(ResponseError, match="did not take the edit"):
                await editor.send().result()
    assert len(editor.edits) == 1


async def test_line_ends_of_the_document_are_kept(start_client: StartClient) -> None:
    with FakeBackend(chat=answers.chat(("a\n", "b\r\n", "c"))) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED.replace("\n", "\r\n"))
            await editor.send().result()
    assert editor.text == ANSWERED.replace(HELLO, "a\nb\nc").replace("\n", "\r\n")


async def test_closing_the_document_is_not_answered_in_another(start_client: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, ASKED)
            running = editor.send()
            await backend.wait_for_async(CHAT)
            editor.close()
            gate.set()
            with pytest.raises(ResponseError, match="was closed"):
                await asyncio.wait_for(running.result(), 10)
    assert editor.edits == []


WITHOUT_PROGRESS = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(apply_edit=True))
"""As eglot 1.9: it waits for a command for 10 s at most, and shows no progress."""


async def test_editor_without_progress_does_not_wait_for_the_answer(start_client: StartClient) -> None:
    gate = threading.Event()
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        async with start_client(settings=tgi(backend), capabilities=WITHOUT_PROGRESS) as client:
            editor = ChatEditor(client, ASKED)
            assert await editor.send(work_token=None).result() == {"outcome": "started"}
            gate.set()
            await editor.until(HELLO)
            assert editor.text == ANSWERED
            backend.answer(CHAT, html_page())
            other = ChatEditor(client, ASKED, uri="untitled:other.chat.md")
            assert await other.send(work_token=None).result() == {"outcome": "started"}
            assert "web page" in (await client.notification("window/showMessage"))["message"]


async def test_answer_that_nobody_waits_for_can_be_stopped(start_client: StartClient) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        async with start_client(settings=tgi(backend), capabilities=WITHOUT_PROGRESS) as client:
            editor = ChatEditor(client, ASKED)
            await editor.send(work_token=None).result()
            exchange = await backend.wait_for_async(CHAT)
            await editor.stop()
            assert await exchange.closed_by_client_async(1.0)


async def test_model_that_was_selected_answers_unless_the_document_names_one(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(models=answers.models("one", "two"), chat=answers.chat(model="two")) as backend:
        write_user_file(home, {"backends.lab": {"url": backend.url}})
        async with start_client() as client:
            editor = ChatEditor(client, ASKED)
            await editor.command("inhouse.selectModel", {"model": "lab|two"}).result()
            assert (await editor.send().result())["model"] == "lab|two"
            backend.answer(CHAT, answers.chat(model="one"))
            editor = ChatEditor(client, "---\nmodel: lab|one\n---\nWhy?", uri="untitled:b.chat.md")
            assert (await editor.send().result())["model"] == "lab|one"

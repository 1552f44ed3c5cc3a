"""`inhouse.action`: a piece of code changed as asked, in one edit, and nothing else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from lsprotocol import types

from inhouse.lsp import uris
from inhouse.lsp.documents import Encoding
from tests.fakes import answers
from tests.fakes.behaviours import cut_after, held, json_reply
from tests.fakes.exchange import Exchange
from tests.fakes.server import CHAT, refusing_url
from tests.fakes.wire import Stall
from tests.lsp.acting import ADD, BETTER, CODE, EXPLAIN, FIX, REWRITE, Play, Scene, kept
from tests.lsp.client import CAPABILITIES
from tests.lsp.conftest import StartClient
from tests.lsp.editing import Editing, diagnostic
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import RunningRequest

NO_PROGRESS = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True, workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=False)
    )
)
"""What eglot 1.9 declares, as far as it matters here."""


class TestRewriting:
    async def test_changes_the_selection_as_told_and_nothing_else(self, play: Play) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            result = await scene.editor.act(REWRITE, uri, ADD, instruction="Add instead.")
            assert result == {"outcome": "applied"}
            assert scene.editor.text(uri) == CODE.replace("a - b", "a + b")
            assert "Task: Add instead." in scene.prompt
            assert "calc.py" in scene.prompt
            (edit,) = scene.editor.edits
            assert edit.edit.changes is None
            assert f"tgi|{answers.MODEL}" in (edit.label or "")

    async def test_leaves_alone_the_lines_that_the_model_repeats(self, play: Play) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            await scene.editor.act(REWRITE, uri, ADD, instruction="Add instead.")
            (change,) = scene.editor.edits[0].edit.document_changes or []
            assert isinstance(change, types.TextDocumentEdit)
            assert [edit.range.start.line for edit in change.edits] == [3]
            assert change.text_document.version == 1

    async def test_takes_the_instruction_from_a_comment_which_goes(self, play: Play) -> None:
        code = CODE.replace("    return", "    # inhouse: add instead,\n    # and say so\n    return")
        async with play(BETTER) as scene:
            uri = scene.open(code)
            result = await scene.editor.act(REWRITE, uri, (2, 0, 6, 0))
            assert result["outcome"] == "applied"
            assert scene.editor.text(uri) == CODE.replace("a - b", "a + b")
            assert "Task: add instead, and say so" in scene.prompt
            assert "inhouse:" not in scene.prompt

    async def test_without_an_instruction_says_where_to_write_one(self, play: Play) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            with pytest.raises(ResponseError) as caught:
                await scene.editor.act(REWRITE, uri, ADD)
            assert caught.value.kind == "invalid_request"
            assert "inhouse:" in caught.value.data["hint"]
            assert scene.backend.exchanges(CHAT) == []

    async def test_keeps_the_line_ends_of_the_file(self, play: Play) -> None:
        code = CODE.replace("\n", "\r\n")
        async with play(BETTER) as scene:
            uri = scene.open(code)
            await scene.editor.act(REWRITE, uri, ADD, instruction="Add.")
            assert scene.editor.text(uri) == code.replace("a - b", "a + b")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
    async def test_counts_characters_as_the_client_does(self, play: Play, encoding: Encoding) -> None:
        code = 'x = "😀é", 1 - 2  # 漢\n'
        start = {"utf-8": 14, "utf-16": 11, "utf-32": 10}[encoding]
        general = types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind(encoding)])
        capabilities = types.ClientCapabilities(general=general, workspace=CAPABILITIES.workspace)
        async with play("```\n1 + 2\n```", encoding=encoding, capabilities=capabilities) as scene:
            uri = scene.open(code)
            await scene.editor.start(REWRITE, uri, (0, start, 0, start + 5), token="t", instruction="Add.").result()
            assert scene.editor.text(uri) == 'x = "😀é", 1 + 2  # 漢\n'


class TestFixing:
    async def test_tells_the_model_what_is_wrong(self, play: Play) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            wrong = diagnostic(
                (3, 11, 3, 16),
                "Subtracts",
                code="X1",
                source="lint",
                severity=2,
                relatedInformation=[
                    {"location": {"uri": uri, "range": diagnostic((5, 0, 5, 1), "")["range"]}, "message": "used here"}
                ],
            )
            result = await scene.editor.act(FIX, uri, ADD, diagnostic=wrong)
            assert result == {"outcome": "applied"}
            assert "warning (lint, X1): Subtracts" in scene.prompt
            assert "return a - b" in scene.prompt
            assert "See calc.py, line 6: used here" in scene.prompt

    async def test_offered_for_an_error_and_done(self, play: Play) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            wrong = diagnostic((3, 11, 3, 16), "Subtracts", severity=1)
            (offer,) = await scene.editor.offered(uri, (3, 11, 3, 11), diagnostics=[wrong], trigger=2)
            assert offer["kind"] == FIX
            assert offer["diagnostics"] == [wrong]
            assert "edit" not in offer
            assert "data" not in offer
            assert "isPreferred" not in offer
            assert await scene.editor.choose(offer).result() == {"outcome": "applied"}
            assert scene.editor.text(uri) == CODE.replace("a - b", "a + b")


class TestRefusing:
    async def test_keeps_an_answer_without_code_in_a_chat_document(self, play: Play) -> None:
        answer = "I am sorry, but I can't help with that."
        async with play(answer) as scene:
            uri = scene.open()
            result = await scene.editor.act(REWRITE, uri, ADD, instruction="Add.")
            assert result["outcome"] == "refused"
            assert result["reason"].endswith(".")
            assert answer in kept(result)
            assert "Rewrite this code of calc.py: Add." in kept(result)
            assert scene.editor.text(uri) == CODE
            assert scene.editor.edits == []
            assert any(result["reason"] in message for message in scene.messages)

    @pytest.mark.parametrize("end", ["length", "content_filter"])
    async def test_an_answer_that_was_cut_off_is_not_used(self, play: Play, end: str) -> None:
        async with play() as scene:
            scene.backend.answer(CHAT, answers.chat((BETTER,), finish_reason=end))
            uri = scene.open()
            result = await scene.editor.act(REWRITE, uri, ADD, instruction="Add.")
            assert result["outcome"] == "refused"
            assert scene.editor.text(uri) == CODE

    async def test_an_answer_that_changes_nothing_is_told(self, play: Play) -> None:
        async with play("```python\ndef add(a, b):\n    return a - b\n```") as scene:
            uri = scene.open()
            result = await scene.editor.act(REWRITE, uri, ADD, instruction="Keep it.")
            assert (result["outcome"], result["reason"]) == ("refused", "The model sees nothing to change there.")
            assert scene.editor.edits == []

    async def test_what_the_editor_does_not_take_is_kept(self, play: Play) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            scene.editor.refusal = types.ApplyWorkspaceEditResult(applied=False, failure_reason="read only")
            result = await scene.editor.act(REWRITE, uri, ADD, instruction="Add.")
            assert (result["outcome"], "read only" in result["reason"]) == ("refused", True)
            assert BETTER.strip() in kept(result)

    async def test_kinds_that_are_switched_off_are_neither_offered_nor_done(self, play: Play) -> None:
        async with play(BETTER, settings={"actions": {"disabled": ["refactor.inhouse", REWRITE, "source"]}}) as scene:
            uri = scene.open()
            offered = await scene.editor.offered(uri, ADD)
            result = await scene.editor.act(REWRITE, uri, ADD, instruction="Add.")
            assert {offer["kind"] for offer in offered} == set()
            assert result["outcome"] == "refused"
            assert scene.backend.exchanges(CHAT) == []

    async def test_a_file_that_is_never_sent_gets_no_actions(self, play: Play) -> None:
        async with play(BETTER, file=".env") as scene:
            uri = scene.open()
            assert await scene.editor.offered(uri, ADD) == []
            with pytest.raises(ResponseError) as caught:
                await scene.editor.act(REWRITE, uri, ADD, instruction="Add.")
            assert caught.value.kind == "policy"

    async def test_a_document_that_is_not_open_is_not_touched(self, play: Play) -> None:
        async with play(BETTER) as scene:
            scene.file.write_text(CODE, "utf-8")
            with pytest.raises(ResponseError) as caught:
                await scene.editor.act(REWRITE, scene.file.as_uri(), ADD, instruction="Add.")
            assert caught.value.kind == "invalid_request"
            assert scene.editor.edits == []


class TestMeanwhile:
    """The user goes on typing while the model is at work."""

    async def test_the_edit_follows_lines_that_have_moved(self, play: Play) -> None:
        async with play() as scene, under_way(scene) as (uri, running, gate):
            scene.editor.type(uri, (6, 0, 6, 0), "# done\n")
            scene.editor.type(uri, (0, 0, 0, 0), "import sys\n")
            gate.set()
            assert await running.result() == {"outcome": "applied"}
            assert scene.editor.text(uri) == "import sys\n" + CODE.replace("a - b", "a + b") + "# done\n"

    async def test_typing_in_the_very_lines_keeps_what_was_typed(self, play: Play) -> None:
        async with play() as scene, under_way(scene) as (uri, running, gate):
            scene.editor.type(uri, (3, 4, 3, 4), "await ")
            gate.set()
            result = await running.result()
            assert (result["outcome"], "changed while" in result["reason"]) == ("refused", True)
            assert scene.editor.text(uri) == CODE.replace("return", "await return")
            assert "return a + b" in kept(result)

    @pytest.mark.parametrize("says_yes", [True, False])
    async def test_typing_just_when_the_edit_comes_does_not_lose_it(self, play: Play, *, says_yes: bool) -> None:
        async with play(BETTER) as scene:
            uri = scene.open()
            editor = scene.editor
            editor.says_yes = says_yes

            def meanwhile() -> None:
                if len(editor.edits) == 1:
                    editor.type(uri, (0, 0, 0, 0), "import sys\n")

            editor.meanwhile = meanwhile
            assert await editor.act(REWRITE, uri, ADD, instruction="Add.") == {"outcome": "applied"}
            assert editor.text(uri) == "import sys\n" + CODE.replace("a - b", "a + b")

    async def test_closing_the_document_leaves_it_alone(self, play: Play) -> None:
        async with play() as scene, under_way(scene) as (uri, running, gate):
            named = types.TextDocumentIdentifier(uri=uri)
            scene.editor.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=named))
            gate.set()
            assert (await running.result())["outcome"] == "refused"
            assert scene.editor.edits == []


class TestStopping:
    """However it is stopped, the backend stops and the text stays."""

    async def begun(self, scene: Scene) -> tuple[str, RunningRequest, Exchange]:
        scene.backend.answer(CHAT, cut_after(answers.chat((BETTER, "more")), 2, Stall()))
        uri = scene.open()
        running = scene.editor.start(REWRITE, uri, ADD, token="work", instruction="Add.")
        exchange = await scene.backend.wait_for_async(CHAT)
        await scene.editor.client.pulse.until(lambda: "writing" in str(running.progress))
        return uri, running, exchange

    async def test_by_cancelling_the_request(self, play: Play) -> None:
        async with play() as scene:
            uri, running, exchange = await self.begun(scene)
            running.cancel()
            await self.has_stopped(scene, uri, running, exchange)

    async def test_by_the_button_of_its_progress(self, play: Play) -> None:
        async with play() as scene:
            uri, running, exchange = await self.begun(scene)
            scene.editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token="work"))
            await self.has_stopped(scene, uri, running, exchange)

    async def test_by_the_command_that_every_editor_can_send(self, play: Play) -> None:
        async with play() as scene:
            uri, running, exchange = await self.begun(scene)
            stop = {"command": "inhouse.stop", "arguments": [{"uri": uri}]}
            assert await scene.editor.client.request("workspace/executeCommand", stop) == {"stopped": 1}
            await self.has_stopped(scene, uri, running, exchange)

    async def has_stopped(self, scene: Scene, uri: str, running: RunningRequest, exchange: Exchange) -> None:
        assert await exchange.closed_by_client_async(1.0)
        with pytest.raises(ResponseError) as caught:
            await running.result()
        assert caught.value.code == types.LSPErrorCodes.RequestCancelled
        assert scene.editor.text(uri) == CODE
        assert running.progress[-1]["kind"] == "end"


class TestWithoutProgress:
    """A client like eglot, which waits for a command and shows nothing meanwhile."""

    async def test_returns_at_once_and_edits_later(self, play: Play) -> None:
        async with play(capabilities=NO_PROGRESS) as scene, under_way(scene) as (uri, running, gate):
            assert await running.result(1.0) == {"outcome": "started"}
            gate.set()
            await scene.editor.client.pulse.until(lambda: len(scene.editor.edits) == 1)
            assert scene.editor.text(uri) == CODE.replace("a - b", "a + b")
            (edit,) = scene.editor.edits
            assert edit.edit.document_changes is None

    async def test_tells_a_refusal_in_one_message(self, play: Play) -> None:
        async with play("I am sorry, but I can't help with that.", capabilities=NO_PROGRESS) as scene:
            uri = scene.open()
            assert await scene.editor.act(REWRITE, uri, ADD, instruction="Add.") == {"outcome": "started"}
            message = await scene.editor.client.notification("window/showMessage")
            assert "The answer is in " in message["message"]

    async def test_tells_a_failure_in_one_message(self, play: Play) -> None:
        async with play(capabilities=NO_PROGRESS) as scene:
            scene.backend.answer(CHAT, json_reply({"error": "boom"}, status=400))
            uri = scene.open()
            assert await scene.editor.act(REWRITE, uri, ADD, instruction="Add.") == {"outcome": "started"}
            message = await scene.editor.client.notification("window/showMessage")
            assert message["message"].startswith("Inhouse: ")
            assert len(scene.messages) == 1

    async def test_can_be_stopped(self, play: Play) -> None:
        async with play(capabilities=NO_PROGRESS) as scene, under_way(scene) as (uri, running, gate):
            await running.result()
            stop = {"command": "inhouse.stop"}
            assert await scene.editor.client.request("workspace/executeCommand", stop) == {"stopped": 1}
            assert await scene.backend.wait_for(CHAT).closed_by_client_async(1.0)
            assert scene.editor.text(uri) == CODE
            gate.set()

    async def test_leaving_meanwhile_ends_the_server_in_order(self, play: Play) -> None:
        async with play(capabilities=NO_PROGRESS) as scene, under_way(scene) as (_, running, gate):
            await running.result()
            assert await scene.editor.client.leave() == 0
            gate.set()


class TestExplaining:
    async def test_is_shown_as_a_chat_document(self, play: Play) -> None:
        async with play("It **adds**.", capabilities=with_documents()) as scene:
            uri = scene.open()
            result = await scene.editor.act(EXPLAIN, uri, ADD)
            assert result["outcome"] == "shown"
            shown = [params["uri"] for name, params in scene.editor.client.requests if name == "window/showDocument"]
            assert shown == [result["uri"]]
            assert result["uri"].endswith(".chat.md")
            assert "It **adds**." in kept(result)
            assert kept(result).endswith("\n\n## You\n\n")
            assert scene.editor.edits == []
            assert scene.messages == []

    async def test_names_the_document_where_the_editor_shows_none(self, play: Play) -> None:
        async with play("It adds.") as scene:
            uri = scene.open()
            result = await scene.editor.act(EXPLAIN, uri, (3, 4, 3, 4))
            assert "def add" in scene.prompt
            path = uris.to_path(result["uri"])
            assert any(str(path) in message for message in scene.messages)


class TestStandingIn:
    """Edits are not made by the embedded model because another is away, unless the user says so."""

    async def test_asks_first(
        self, start_client: StartClient, home_with_model: dict[str, str], workspace: Path
    ) -> None:
        asked: list[str] = []

        def choose(message: str, titles: list[str]) -> str:
            asked.append(message)
            return titles[-1]

        with refusing_url() as url:
            settings = {"huggingface": {"customTGIEndpoint": url}}
            async with start_client(env=home_with_model, settings=settings) as client:
                client.choose = choose
                editor = Editing(client)
                uri = editor.open(workspace / "calc.py", "python", CODE)
                with pytest.raises(ResponseError) as caught:
                    await editor.act(REWRITE, uri, ADD, instruction="Add.")
        assert caught.value.kind == "unreachable"
        assert len(asked) == 1
        assert "embedded|" in asked[0]


@asynccontextmanager
async def under_way(scene: Scene) -> AsyncGenerator[tuple[str, RunningRequest, Event]]:
    """A rewrite whose model answers only when the gate is opened."""
    gate = Event()
    scene.backend.answer(CHAT, held(answers.chat((BETTER,)), 0, gate))
    uri = scene.open()
    running = scene.editor.start(REWRITE, uri, ADD, instruction="Add.")
    await scene.backend.wait_for_async(CHAT)
    try:
        yield uri, running, gate
    finally:
        gate.set()


def with_documents() -> types.ClientCapabilities:
    window = types.WindowClientCapabilities(
        work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(support=True)
    )
    return types.ClientCapabilities(window=window, workspace=CAPABILITIES.workspace)

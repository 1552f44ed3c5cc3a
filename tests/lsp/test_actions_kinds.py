"""Each kind of code action from the menu to the text in the editor."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.server import CHAT
from tests.fakes.wire import Behaviour, Request, Step
from tests.lsp.acting import ADD, CODE, COMPLETE, DOCUMENT, EXPLAIN, TESTS, Play, kept
from tests.lsp.client import CAPABILITIES
from tests.lsp.plain_json import ResponseError

CREATING = types.ClientCapabilities(
    window=CAPABILITIES.window,
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True, resource_operations=[types.ResourceOperationKind.Create]
        ),
    ),
)
NEW_TEST = "```python\nfrom calc import add\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n```"


async def test_documents_a_function_without_touching_its_code(play: Play) -> None:
    answer = '```python\ndef add(a, b):\n    """The sum."""\n    return a - b\n```'
    async with play(answer) as scene:
        uri = scene.open()
        offered = await scene.editor.offered(uri, (3, 4, 3, 4), only=[DOCUMENT])
        assert [offer["title"] for offer in offered] == ["Inhouse: document `add`"]
        assert await scene.editor.choose(offered[0]).result() == {"outcome": "applied"}
        assert scene.editor.text(uri) == CODE.replace("    return", '    """The sum."""\n    return')


async def test_documenting_never_changes_code(play: Play) -> None:
    answer = '```python\ndef add(a, b):\n    """The sum."""\n    return a + b\n```'
    async with play(answer) as scene:
        uri = scene.open()
        assert (await scene.editor.act(DOCUMENT, uri, ADD))["outcome"] == "refused"
        assert scene.editor.text(uri) == CODE


async def test_completes_an_empty_function(play: Play) -> None:
    code = "func Add(a, b int) int {\n\t// TODO\n}\n"
    async with play("```go\nfunc Add(a, b int) int {\n\treturn a + b\n}\n```", file="add.go") as scene:
        uri = scene.open(code, "go")
        (offer,) = await scene.editor.offered(uri, (1, 0, 1, 0), only=[COMPLETE])
        assert await scene.editor.choose(offer).result() == {"outcome": "applied"}
        assert scene.editor.text(uri) == "func Add(a, b int) int {\n\treturn a + b\n}\n"


def echoing_selected(old: str, new: str) -> Behaviour:
    """Answers with the last code block of the prompt, one word changed."""

    def answer(request: Request) -> Iterable[Step]:
        code = request.json["messages"][-1]["content"].split("Selected code:\n")[1].split("\n\n")[0]
        return answers.chat((code.replace(old, new),))(request)

    return answer


class TestTests:
    async def test_are_added_to_the_project_s_test_file(self, play: Play, workspace: Path) -> None:
        (tests := workspace / "tests").mkdir()
        there = "import pytest\n\n\ndef test_nothing():\n    pytest.skip()\n"
        (tests / "test_calc.py").write_text(there, "utf-8")
        async with play(NEW_TEST) as scene:
            uri = scene.open()
            (offer,) = await scene.editor.offered(uri, (3, 4, 3, 4), only=[TESTS])
            result = await scene.editor.choose(offer).result()
            assert result == {"outcome": "applied", "uri": (tests / "test_calc.py").as_uri()}
            text = scene.editor.text(result["uri"])
            assert "def test_nothing():\n    pytest.skip()\n" in text
            assert text.endswith("\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n")
            assert "from calc import add\n" in text
            assert scene.editor.text(uri) == CODE
            assert "test_nothing" in scene.prompt
            assert "with pytest" in scene.prompt
        assert (tests / "test_calc.py").read_text("utf-8") == there

    async def test_go_into_a_new_file_where_there_is_none(self, play: Play, workspace: Path) -> None:
        (workspace / "tests").mkdir()
        async with play(NEW_TEST, capabilities=CREATING) as scene:
            uri = scene.open()
            result = await scene.editor.act(TESTS, uri, ADD)
            assert result == {"outcome": "applied", "uri": (workspace / "tests" / "test_calc.py").as_uri()}
            assert scene.editor.created == [result["uri"]]
            assert scene.editor.text(result["uri"]) == NEW_TEST.removeprefix("```python\n").removesuffix("```")
            assert len(scene.editor.edits) == 1
        assert list((workspace / "tests").iterdir()) == []

    async def test_are_shown_where_the_editor_makes_no_files(self, play: Play, workspace: Path) -> None:
        (workspace / "tests").mkdir()
        async with play(NEW_TEST) as scene:
            result = await scene.editor.act(TESTS, scene.open(), ADD)
            assert (result["outcome"], "tests/test_calc.py" in result["reason"]) == ("shown", True)
            assert "def test_adds" in kept(result)
            assert scene.editor.edits == []

    async def test_of_an_open_test_file_follow_what_was_typed(self, play: Play, workspace: Path) -> None:
        (tests := workspace / "tests").mkdir()
        (file := tests / "test_calc.py").write_text("on disk = 1\n", "utf-8")
        async with play(NEW_TEST) as scene:
            uri = scene.open()
            test_uri = scene.editor.open(file, "python", "def test_typed():\n    pass\n")
            result = await scene.editor.act(TESTS, uri, ADD)
            assert result["outcome"] == "applied"
            assert scene.editor.text(test_uri).count("def test_") == 2
            assert "test_typed" in scene.prompt
            assert "on disk" not in scene.prompt


class TestCommitMessage:
    EMPTY = "\n# Please enter the commit message for your changes.\n"

    def opened(self, workspace: Path, *staged: str) -> Path:
        """The file that git opens for the message."""
        for name in staged:
            (workspace / name).write_text(CODE, "utf-8")
        for command in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", *command], cwd=workspace, check=True)
        return workspace / ".git" / "COMMIT_EDITMSG"

    async def test_is_written_into_the_file_that_git_opens(self, play: Play, workspace: Path) -> None:
        async with play("Add a calculator\n\nIt subtracts.") as scene:
            uri = scene.editor.open(self.opened(workspace, "calc.py"), "gitcommit", self.EMPTY)
            (offer,) = await scene.editor.offered(uri, (0, 0, 0, 0))
            assert offer["kind"] == "source.inhouse.commitMessage"
            assert await scene.editor.choose(offer).result() == {"outcome": "applied"}
            assert scene.editor.text(uri) == f"Add a calculator\n\nIt subtracts.\n{self.EMPTY}"
            assert "+    return a - b" in scene.prompt

    async def test_of_nothing_is_told(self, play: Play, workspace: Path) -> None:
        async with play() as scene:
            uri = scene.editor.open(self.opened(workspace), "gitcommit", self.EMPTY)
            with pytest.raises(ResponseError, match="Nothing is staged"):
                await scene.editor.act("source.inhouse.commitMessage", uri, (0, 0, 0, 0))

    async def test_goes_into_no_other_file(self, play: Play) -> None:
        async with play() as scene:
            with pytest.raises(ResponseError) as caught:
                await scene.editor.act("source.inhouse.commitMessage", scene.open(), (0, 0, 0, 0))
            assert caught.value.kind == "invalid_request"


class TestMenu:
    async def test_is_quiet_for_an_automatic_request(self, play: Play) -> None:
        async with play() as scene:
            uri = scene.open()
            assert await scene.editor.offered(uri, ADD, trigger=2) == []
            assert await scene.editor.offered(uri, ADD, trigger=None) != []
            assert [offer["kind"] for offer in await scene.editor.offered(uri, ADD, trigger=2, only=[EXPLAIN])] == [
                EXPLAIN
            ]
            assert scene.backend.exchanges(CHAT) == []

    async def test_names_the_kinds_beforehand(self, play: Play) -> None:
        async with play() as scene:
            result = scene.editor.client.initialize_result
            assert result is not None
            provider = result.capabilities.code_action_provider
            assert isinstance(provider, types.CodeActionOptions)
            assert {"quickfix.inhouse", EXPLAIN, TESTS} <= {str(kind) for kind in provider.code_action_kinds or ()}
            assert not provider.resolve_provider

    async def test_of_the_word_under_the_cursor_is_the_cursors(self, play: Play) -> None:
        async with play() as scene:
            uri = scene.open()
            offered = await scene.editor.offered(uri, (3, 11, 3, 12))
            assert offered == await scene.editor.offered(uri, (3, 11, 3, 11))
            assert "Inhouse: explain `add`" in [offer["title"] for offer in offered]

    async def test_of_a_document_that_is_not_open_is_empty(self, play: Play) -> None:
        async with play() as scene:
            assert await scene.editor.offered(scene.file.as_uri(), ADD) == []

    async def test_of_a_chat_document_sends_it(self, play: Play) -> None:
        async with play(file="notes.chat.md") as scene:
            uri = scene.open("## You\n\nHi\n", "markdown")
            offered = await scene.editor.offered(uri, (2, 0, 2, 0))
            assert [offer["command"]["command"] for offer in offered] == ["inhouse.chat"]
            selected = await scene.editor.offered(uri, (0, 0, 3, 0))
            assert [offer["command"]["command"] for offer in selected][:2] == ["inhouse.chat", "inhouse.action"]


async def test_project_s_own_rules_are_told(play: Play, workspace: Path) -> None:
    (workspace / "AGENTS.md").write_text("Write short names.\n", "utf-8")
    async with play("It adds.") as scene:
        await scene.editor.act(EXPLAIN, scene.open(), ADD)
        assert "Write short names." in scene.prompt


async def test_secrets_stay_here_and_come_back_into_the_edit(play: Play) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    code = f'TOKEN = "{secret}"\nurl = "a"\n'
    async with play() as scene:
        uri = scene.open(code)
        scene.backend.answer(CHAT, echoing_selected("url", "address"))
        result = await scene.editor.act("refactor.rewrite.inhouse", uri, (0, 0, 2, 0), instruction="Rename url.")
        assert secret not in scene.prompt
        assert result == {"outcome": "applied"}
        assert scene.editor.text(uri) == code.replace("url", "address")

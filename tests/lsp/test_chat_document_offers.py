"""What an editor shows of a chat document: Send and Stop above the question, and turns that fold."""

import threading

from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import held
from tests.fakes.server import FakeBackend
from tests.lsp.chat_editor import ChatEditor
from tests.lsp.client import CAPABILITIES, EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject

TEXT = "---\nmodel: a|b\n---\n\n## You\n\nWhy?\n\n## a|b\n\nSo.\nIndeed.\n\n## You\n\nAnd?\n\n"


async def asked(client: EditorClient, method: str, uri: str, **params: object) -> list[JsonObject]:
    found: object = await client.start(method, {"textDocument": {"uri": uri}} | params).result()
    assert isinstance(found, list)
    return found  # pyright: ignore[reportUnknownVariableType]  # JSON


async def lenses(editor: ChatEditor) -> list[tuple[int, str, str]]:
    """Line, title, command."""
    found = await asked(editor.client, "textDocument/codeLens", editor.uri)
    assert all(lens["command"]["arguments"] == [{"uri": editor.uri}] for lens in found)
    return [(lens["range"]["start"]["line"], lens["command"]["title"], lens["command"]["command"]) for lens in found]


async def test_turns_fold_and_the_last_question_can_be_sent(start_client: StartClient) -> None:
    async with start_client() as client:
        editor = ChatEditor(client, TEXT)
        assert await lenses(editor) == [(13, "Send to the model", "inhouse.chat")]
        folds = await asked(client, "textDocument/foldingRange", editor.uri)
        assert [(fold["startLine"], fold["endLine"]) for fold in folds] == [(0, 2), (4, 6), (8, 11), (13, 15)]


async def test_code_action_sends(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            editor = ChatEditor(client, TEXT)
            place = {"line": 5, "character": 0}
            context = {"diagnostics": [], "only": ["source.inhouse.chat"], "triggerKind": 1}
            here = {"start": place, "end": place}
            [action] = await asked(client, "textDocument/codeAction", editor.uri, range=here, context=context)
    assert (action["title"], action["kind"]) == ("Send to the model", "source.inhouse.chat")
    assert action["command"]["arguments"] == [{"uri": editor.uri}]


async def test_other_documents_have_none_of_it(start_client: StartClient) -> None:
    async with start_client() as client:
        editor = ChatEditor(client, TEXT, uri="untitled:notes.md")
        assert await lenses(editor) == []
        assert await asked(client, "textDocument/foldingRange", editor.uri) == []


async def test_running_answer_can_be_stopped_where_it_was_sent(start_client: StartClient) -> None:
    gate = threading.Event()
    capabilities = types.ClientCapabilities(
        general=CAPABILITIES.general,
        window=CAPABILITIES.window,
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=True, code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True)
        ),
    )
    with FakeBackend(chat=held(answers.chat(), 3, gate)) as backend:
        settings: JsonObject = {"huggingface": {"customTGIEndpoint": backend.url}}
        async with start_client(settings=settings, capabilities=capabilities) as client:
            editor = ChatEditor(client, "Why?")
            running = editor.send()
            await client.pulse.until(
                lambda: any(method == "workspace/codeLens/refresh" for method, _ in client.requests)
            )
            assert await lenses(editor) == [(0, "Stop the answer", "inhouse.stop")]
            gate.set()
            await running.result()
            assert await lenses(editor) == [(len(editor.text.splitlines()) - 2, "Send to the model", "inhouse.chat")]
            assert [method for method, _ in client.requests].count("workspace/codeLens/refresh") == 2

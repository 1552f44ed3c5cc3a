"""An editor's side of a code action: open documents, and edits applied as a client applies them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.lsp.client import EditorClient
from tests.lsp.plain_json import JsonObject
from tests.lsp.running import RunningRequest

Area = tuple[int, int, int, int]
"""First line and character, last line and character, in the negotiated encoding."""


class Editing:
    """Keeps the text of each document that it opens, and answers `workspace/applyEdit` by changing it."""

    def __init__(self, client: EditorClient) -> None:
        self.client = client
        self.edits: list[JsonObject] = []
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        client.protocol.fm.features.pop(types.WORKSPACE_APPLY_EDIT, None)

        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            return self._apply(params)

        client.feature(types.WORKSPACE_APPLY_EDIT)(apply)

    def open(self, name: str, language: str, text: str, folder: Path | None = None) -> str:
        uri = f"file:///{name}" if folder is None else (folder / name).as_uri()
        self._texts[uri], self._versions[uri] = text, 1
        item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        return uri

    def text(self, uri: str) -> str:
        return self._texts[uri]

    def start(self, kind: str, uri: str, area: Area, **argument: object) -> RunningRequest:
        given = {"kind": kind, "uri": uri, "range": as_range(area), **argument}
        return self.client.start("workspace/executeCommand", {"command": "inhouse.action", "arguments": [given]})

    async def act(self, kind: str, uri: str, area: Area, **argument: object) -> JsonObject:
        return await self.start(kind, uri, area, **argument).result()

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        edit = params.edit
        for change in edit.document_changes or []:
            assert isinstance(change, types.TextDocumentEdit)
            self._change(change.text_document.uri, change.text_document.version, change.edits)
        for uri, edits in (edit.changes or {}).items():
            self._change(uri, None, edits)
        self.edits.append({})
        return types.ApplyWorkspaceEditResult(applied=True)

    def _change(self, uri: str, version: int | None, edits: Any) -> None:
        assert version in (None, self._versions[uri])
        lines = self._texts[uri].split("\n")
        for each in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
            start, end = each.range.start, each.range.end
            before = "\n".join([*lines[: start.line], lines[start.line][: start.character]])
            after = "\n".join([lines[end.line][end.character :], *lines[end.line + 1 :]])
            lines = (before + each.new_text + after).split("\n")
        self._texts[uri] = "\n".join(lines)
        self._versions[uri] += 1


def as_range(area: Area) -> Mapping[str, object]:
    return {
        "start": {"line": area[0], "character": area[1]},
        "end": {"line": area[2], "character": area[3]},
    }

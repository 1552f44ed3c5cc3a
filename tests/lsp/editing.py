"""An editor's side of a code action: open documents, and edits applied as a client applies them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lsprotocol import types

from inhouse.domain.conversation import LineRange
from inhouse.lsp.documents import Encoding, splice, split_lines
from tests.lsp.client import EditorClient
from tests.lsp.plain_json import JsonObject
from tests.lsp.running import RunningRequest

Area = tuple[int, int, int, int]
"""First line and character, last line and character, in the negotiated encoding."""


class Editing:
    """Keeps the text of each document that it opens, and answers `workspace/applyEdit` by changing it, or as `refusal`
    says. A stale version is refused, as lsp-mode does; with `says_yes` that is told as done, as Neovim does.
    `meanwhile` is called before an edit is looked at. `edits` has what came, `created` the files made."""

    def __init__(self, client: EditorClient, encoding: Encoding = "utf-16") -> None:
        self.client = client
        self.encoding: Encoding = encoding
        self.edits: list[types.ApplyWorkspaceEditParams] = []
        self.created: list[str] = []
        self.refusal: types.ApplyWorkspaceEditResult | None = None
        self.says_yes = False
        self.meanwhile: Callable[[], None] = lambda: None
        self._texts: dict[str, str] = {}
        self._versions: dict[str, int] = {}

        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            return self._apply(params)

        client.feature(types.WORKSPACE_APPLY_EDIT)(apply)

    def open(self, file: Path, language: str, text: str) -> str:
        """Its URI. The file itself need not exist."""
        uri = file.as_uri()
        self._texts[uri], self._versions[uri] = text, 1
        item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        return uri

    def type(self, uri: str, area: Area, text: str) -> None:
        """The user changes the document, and the server hears of it."""
        self._replace(uri, [(area, text)])
        change = types.TextDocumentContentChangePartial(range=as_lsp_range(area), text=text)
        named = types.VersionedTextDocumentIdentifier(uri=uri, version=self._versions[uri])
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=named, content_changes=[change])
        )

    def text(self, uri: str) -> str:
        return self._texts[uri]

    def start(self, kind: str, uri: str, area: Area, *, token: str = "", **argument: object) -> RunningRequest:
        given = {"kind": kind, "uri": uri, "range": as_range(area), **argument}
        params: JsonObject = {"command": "inhouse.action", "arguments": [given]}
        return self.client.start("workspace/executeCommand", params | ({"workDoneToken": token} if token else {}))

    async def act(self, kind: str, uri: str, area: Area, *, token: str = "", **argument: object) -> JsonObject:
        return await self.start(kind, uri, area, token=token, **argument).result()

    async def offered(
        self,
        uri: str,
        area: Area,
        *,
        diagnostics: Sequence[JsonObject] = (),
        only: Sequence[str] | None = None,
        trigger: int | None = 1,
    ) -> list[JsonObject]:
        """What `textDocument/codeAction` offers; 1 is Invoked, 2 Automatic."""
        context: JsonObject = {"diagnostics": list(diagnostics)}
        if only is not None:
            context["only"] = list(only)
        if trigger is not None:
            context["triggerKind"] = trigger
        params = {"textDocument": {"uri": uri}, "range": as_range(area), "context": context}
        found: object = await self.client.start("textDocument/codeAction", params).result()
        assert isinstance(found, list)
        return found  # pyright: ignore[reportUnknownVariableType]  # JSON

    def choose(self, action: JsonObject, **argument: object) -> RunningRequest:
        """Runs what an action carries."""
        (given,) = action["command"]["arguments"]
        params = {"command": action["command"]["command"], "arguments": [given | argument]}
        return self.client.start("workspace/executeCommand", params)

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        if self.refusal is not None:
            return self.refusal
        self.edits.append(params)
        self.meanwhile()
        for change in params.edit.document_changes or []:
            if isinstance(change, types.CreateFile):
                self.created.append(change.uri)
                self._texts[change.uri], self._versions[change.uri] = "", 0
                continue
            assert isinstance(change, types.TextDocumentEdit)
            uri, version = change.text_document.uri, change.text_document.version
            if version is not None and version != self._versions[uri]:
                return types.ApplyWorkspaceEditResult(applied=self.says_yes, failure_reason="outdated")
            self._replace(uri, [_plain(edit) for edit in change.edits])
        for uri, edits in (params.edit.changes or {}).items():
            self._replace(uri, [_plain(edit) for edit in edits])
        return types.ApplyWorkspaceEditResult(applied=True)

    def _replace(self, uri: str, edits: Sequence[tuple[Area, str]]) -> None:
        """All speak of the text as it is; those of one place go in in their order (LSP 3.17, TextEdit[])."""
        if uri not in self._texts:
            self._texts[uri], self._versions[uri] = Path(uri.removeprefix("file://")).read_text("utf-8"), 0
        lines = split_lines(self._texts[uri])
        for area, text in sorted(edits, key=lambda each: each[0][:2], reverse=True):
            splice(lines, LineRange(*area), text, self.encoding)
        self._texts[uri] = "".join(lines)
        self._versions[uri] += 1


def _plain(edit: object) -> tuple[Area, str]:
    assert isinstance(edit, types.TextEdit)
    start, end = edit.range.start, edit.range.end
    return (start.line, start.character, end.line, end.character), edit.new_text


def as_range(area: Area) -> Mapping[str, object]:
    return {
        "start": {"line": area[0], "character": area[1]},
        "end": {"line": area[2], "character": area[3]},
    }


def as_lsp_range(area: Area) -> types.Range:
    return types.Range(
        start=types.Position(line=area[0], character=area[1]), end=types.Position(line=area[2], character=area[3])
    )


def diagnostic(area: Area, message: str, **members: object) -> JsonObject:
    return {"range": as_range(area), "message": message, **members}

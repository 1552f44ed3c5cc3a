"""An editor with one chat document open: it applies the server's edits to its own text and tells the server of changes,
at once or late."""

from collections.abc import Callable
from typing import Literal

from lsprotocol import types

from tests.lsp.client import EditorClient
from tests.lsp.plain_json import JsonObject
from tests.lsp.running import ANSWER_TIMEOUT, RunningRequest

OnStale = Literal["refuse", "lie"]
"""What becomes of an edit for another version than the editor's: dropped with a no, or with a yes as Neovim does."""


class ChatEditor:
    """`late`: changes are sent with `sync` only, as by an editor that waits for a pause in typing; `version` is that
    of the last change that was sent."""

    def __init__(
        self,
        client: EditorClient,
        text: str,
        *,
        uri: str = "untitled:talk.chat.md",
        late: bool = False,
        on_stale: OnStale = "refuse",
    ) -> None:
        self.client = client
        self.uri = uri
        self.text = text
        self.version = 1
        self.edits: list[JsonObject] = []
        self.takes_edits = True
        self.before_edit: Callable[[], None] | None = None  # called once, before the next edit is looked at
        self._late = late
        self._on_stale: OnStale = on_stale
        self._sent = text

        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            return self._apply(params)

        # The document that was opened last takes the edits.
        client.protocol.fm.features.pop(types.WORKSPACE_APPLY_EDIT, None)  # pyright: ignore[reportUnknownMemberType]
        client.feature(types.WORKSPACE_APPLY_EDIT)(apply)
        client.text_document_did_open(
            types.DidOpenTextDocumentParams(
                types.TextDocumentItem(uri=uri, language_id="markdown", version=1, text=text)
            )
        )

    def send(self, *, work_token: str | None = "work", **argument: object) -> RunningRequest:
        """`inhouse.chat` for this document."""
        return self.command("inhouse.chat", {"uri": self.uri} | argument, work_token)

    def command(self, name: str, argument: JsonObject, work_token: str | None = None) -> RunningRequest:
        token = {} if work_token is None else {"workDoneToken": work_token}
        return self.client.start("workspace/executeCommand", {"command": name, "arguments": [argument]} | token)

    async def stop(self) -> JsonObject:
        return await self.command("inhouse.stop", {"uri": self.uri}).result()

    def type(self, text: str, *, before: str = "", after: str = "") -> None:
        """The user writes `text` before or after a text that is there once."""
        here = before or after
        assert self.text.count(here) == 1, f"{here!r} is not there once in {self.text!r}"
        at = self.text.index(here) + (len(after) if after else 0)
        self._become(self.text[:at] + text + self.text[at:])

    def sync(self) -> None:
        """Sends what was not sent yet, as one change of the lines' middle that differs."""
        if self.text == self._sent:
            return
        old, new = self._sent, self.text
        start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        behind = 0
        while behind < min(len(old), len(new)) - start and old[-1 - behind] == new[-1 - behind]:
            behind += 1
        self.version += 1
        area = types.Range(position(old, start), position(old, len(old) - behind))
        change = types.TextDocumentContentChangePartial(range=area, text=new[start : len(new) - behind])
        self._sent = new
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri), [change]
            )
        )

    def close(self) -> None:
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri=self.uri))
        )

    async def until(self, text: str, seconds: float = ANSWER_TIMEOUT) -> None:
        """Waits until `text` is in the document."""
        await self.client.pulse.until(lambda: text in self.text, seconds)

    def _become(self, text: str) -> None:
        self.text = text
        if not self._late:
            self.sync()

    def _apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        assert params.label is None, "an editor would show a label each time"
        if self.before_edit is not None:
            before, self.before_edit = self.before_edit, None
            before()
        version, edits = self._read(params.edit)
        self.edits.append({"version": version, "of": self.version, "edits": edits})
        if not self.takes_edits:
            return types.ApplyWorkspaceEditResult(applied=False)
        if version not in (None, self.version):
            return types.ApplyWorkspaceEditResult(applied=self._on_stale == "lie")
        text = self.text
        for edit in edits:
            start, end = offset(text, edit.range.start), offset(text, edit.range.end)
            text = text[:start] + edit.new_text + text[end:]
        self._become(text)
        self.client.pulse.beat()
        return types.ApplyWorkspaceEditResult(applied=True)

    def _read(self, edit: types.WorkspaceEdit) -> tuple[int | None, list[types.TextEdit]]:
        if edit.changes is not None:
            assert list(edit.changes) == [self.uri]
            return None, list(edit.changes[self.uri])
        [change] = edit.document_changes or []
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.uri == self.uri
        return change.text_document.version, [each for each in change.edits if isinstance(each, types.TextEdit)]


def position(text: str, at: int) -> types.Position:
    """In UTF-16."""
    before = text[:at].replace("\r\n", "\n")
    line = before.rpartition("\n")[2]
    return types.Position(line=before.count("\n"), character=len(line.encode("utf-16-le")) // 2)


def offset(text: str, place: types.Position) -> int:
    lines = text.split("\n")
    assert place.line < len(lines), f"line {place.line} of {len(lines)}"
    line = lines[place.line].removesuffix("\r")
    units = line.encode("utf-16-le")
    assert 2 * place.character <= len(units), f"character {place.character} of {line!r}"
    return sum(len(each) + 1 for each in lines[: place.line]) + len(units[: 2 * place.character].decode("utf-16-le"))

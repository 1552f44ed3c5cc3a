"""`streamChat: edits`: the answer in small edits, as it comes, for an editor that shows them well."""

import asyncio

from inhouse.context.chat_document.surroundings import closing, opening
from inhouse.domain.code import Position
from inhouse.domain.events import Notice, Progress, ThinkingDelta
from inhouse.lsp.chat_document.insertion import in_line_ends_of, insert
from inhouse.lsp.chat_document.one_edit import insert_once
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.documents import Document, split_lines

INTERVAL = 0.1
"""Seconds from one edit to the next."""

CATCH_UP = 2.0
"""Seconds for the client to tell of the edits that it has applied, before the last one is placed."""

_TRACE = 80
"""Characters at the end of what was sent that show in the client's document that it is there."""


class AsEdits:
    """A `Delivery`. Edits go to a cursor of the server's own: where the answer starts, and behind all that was sent.

    The server's copy of the document lags behind, and is never asked where the end is. It tells one thing: whether
    somebody else has changed the document. Then the rest comes in one edit, placed in the copy.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        lines, place = target.document.lines, target.place
        self._head = "".join(lines[: place.line]) + lines[place.line][: place.character]
        self._tail = target.document.text[len(self._head) :]
        self._sent = ""  # with the document's line ends
        self._waiting = ""
        self._alone = True
        self._sending: asyncio.Task[None] | None = None

    async def begin(self, model: str) -> None:
        await self.text(opening(self._target.question, model).text)

    async def text(self, text: str) -> None:
        self._target.stages.piece()
        self._waiting += text
        if self._sending is not None and self._sending.done():
            await self._sending  # raises what it met
            self._sending = None
        if self._sending is None and self._alone:
            self._sending = asyncio.create_task(self._send())

    async def aside(self, event: Progress | Notice | ThinkingDelta) -> None:
        self._target.tell(event)

    async def end(self) -> None:
        if self._sending is not None:
            await self._sending
        rest = self._waiting
        self._waiting += closing(self._target.document.lines, self._target.place).text
        await self._send()
        if self._waiting:
            await self._send_last(rest)

    async def _send(self) -> None:
        while self._waiting and self._alone:
            text, self._waiting = self._waiting, ""
            if not self._only_ours() or not await self._insert(text):
                self._alone, self._waiting = False, text + self._waiting
                return
            await asyncio.sleep(INTERVAL)

    async def _insert(self, text: str) -> bool:
        expected, cursor = self._expected()
        before, self._sent = self._sent, self._sent + in_line_ends_of(self._target.document, text)
        if await insert(self._target, expected, cursor, text, None) is None:
            return True
        self._sent = before
        return False

    def _expected(self) -> tuple[Document, Position]:
        """The document with all that was sent in it, and the end of that."""
        old, before = self._target.document, self._head + self._sent
        lines = split_lines(before)
        cursor = Position(len(lines) - 1, len(lines[-1]))
        whole = split_lines(before + self._tail)
        return Document(old.uri, old.version, old.language_id, whole, self._target.documents.encoding), cursor

    def _only_ours(self) -> bool:
        """Whether the server's copy is the old document with a part of what was sent, from its start."""
        found = self._target.documents.get(self._target.document.uri)
        if found is None:
            return False
        now, behind = found.text, len(self._tail)
        inserted = now[len(self._head) : len(now) - behind]
        whole = self._head + inserted + self._tail
        return now == whole and self._sent.startswith(inserted)

    async def _send_last(self, rest: str) -> None:
        trace = self._sent[-_TRACE:]
        await self._target.documents.until(self._target.document.uri, lambda found: trace in found.text, CATCH_UP)
        expected, cursor = self._expected()
        await insert_once(self._target, expected.lines, cursor, lambda lines, place: rest + closing(lines, place).text)

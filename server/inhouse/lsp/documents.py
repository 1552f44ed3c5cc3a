"""The client's open documents, as lists of lines that a change costs what it changes."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Literal

from inhouse.domain.conversation import LineRange
from inhouse.lsp import uris

Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""What a position's `character` counts: bytes, UTF-16 units or code points."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """New text for a range, or for the whole document."""

    text: str
    range: LineRange | None = None


class Document:
    """A document as it was when it was asked for; later changes do not show in it.

    `lines` keep their line ends; the last one has none and may be empty.
    """

    def __init__(self, uri: str, version: int, language_id: str, lines: Sequence[str], encoding: Encoding) -> None:
        self.uri = uri
        self.version = version
        self.language_id = language_id
        self.lines = lines
        self._encoding: Encoding = encoding

    @cached_property
    def text(self) -> str:
        return "".join(self.lines)

    @cached_property
    def _inked(self) -> str:
        return "".join(self.text.split())

    def holds(self, text: str) -> bool:
        """However the editor changes white space."""
        return "".join(text.split()) in self._inked

    def text_in(self, area: LineRange) -> str:
        """The text of a range, which is clamped to the document."""
        first, before, last, after = span(self.lines, area, self._encoding)
        if first == last:
            return self.lines[first][before:after]
        return "".join([self.lines[first][before:], *self.lines[first + 1 : last], self.lines[last][:after]])


class Documents:
    """Open documents by URI, however the URI is spelled, in the order of their last use."""

    def __init__(self) -> None:
        self.encoding: Encoding = "utf-16"
        self.on_change: Callable[[str], None] = _nobody
        """Called with the URI of a document that was opened, changed or closed."""
        self._open: dict[str, _Buffer] = {}
        self._waiters: set[asyncio.Event] = set()

    def open(self, uri: str, version: int, language_id: str, text: str) -> None:
        key = uris.key(uri)
        self._open.pop(key, None)
        self._open[key] = _Buffer(uri, version, language_id, split_lines(text))
        self.on_change(uri)

    def change(self, uri: str, version: int, changes: Sequence[Change]) -> None:
        key = uris.key(uri)
        buffer = self._open.pop(key, None)
        if buffer is None:
            log.warning("a change of a document that is not open was ignored")
            return
        self._open[key] = buffer
        for change in changes:
            buffer.apply(change, self.encoding)
        buffer.version = version
        for waiter in self._waiters:
            waiter.set()
        self.on_change(uri)

    async def until(self, uri: str, condition: Callable[[Document], bool], seconds: float) -> bool:
        """Waits for a state of an open document; whether it came."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                while (found := self.get(uri)) is not None and not condition(found):
                    waiter.clear()
                    await waiter.wait()
        except TimeoutError:
            return False
        finally:
            self._waiters.remove(waiter)
        return found is not None

    def close(self, uri: str) -> None:
        self._open.pop(uris.key(uri), None)
        self.on_change(uri)

    def get(self, uri: str) -> Document | None:
        buffer = self._open.get(uris.key(uri))
        return buffer.snapshot(self.encoding) if buffer else None

    def beside(self, document: Document) -> Iterator[Document]:
        """The other open ones, those first that were opened or changed last."""
        own = uris.key(document.uri)
        return (buffer.snapshot(self.encoding) for key, buffer in reversed(self._open.items()) if key != own)


def _nobody(_: str) -> None:
    pass


class _Buffer:
    """The changing side of a document. A snapshot shares the list, which is then copied before the next change."""

    def __init__(self, uri: str, version: int, language_id: str, lines: list[str]) -> None:
        self.uri = uri
        self.version = version
        self.language_id = language_id
        self._lines = lines
        self._snapshot: Document | None = None

    def snapshot(self, encoding: Encoding) -> Document:
        if self._snapshot is None or self._snapshot.version != self.version:
            self._snapshot = Document(self.uri, self.version, self.language_id, self._lines, encoding)
        return self._snapshot

    def apply(self, change: Change, encoding: Encoding) -> None:
        if change.range is None:
            self._lines = split_lines(change.text)
        else:
            if self._snapshot is not None:
                self._lines = self._lines.copy()
            splice(self._lines, change.range, change.text, encoding)
        self._snapshot = None


def split_lines(text: str) -> list[str]:
    """Lines with their ends, which are CR LF, LF and CR and no others; the last line has none."""
    lines = list(StringIO(text, newline=""))
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


def splice(lines: list[str], area: LineRange, text: str, encoding: Encoding) -> None:
    """Replace a range in place."""
    first, before, last, after = span(lines, area, encoding)
    region = lines[first][:before] + text + lines[last][after:]
    if first and region.startswith("\n") and lines[first - 1].endswith("\r"):
        first -= 1  # the change brought a CR and an LF together: one line end now
        region = lines[first] + region
    new = split_lines(region)
    if last + 1 < len(lines):
        new.pop()  # the empty line after the line end that the region ends with
    lines[first : last + 1] = new


def span(lines: Sequence[str], area: LineRange, encoding: Encoding) -> tuple[int, int, int, int]:
    """First line and index in it, last line and index in it; clamped to the document and put in order."""
    start = _clamp(lines, area.start_line, area.start_character, encoding)
    end = _clamp(lines, area.end_line, area.end_character, encoding)
    return (*start, *end) if start <= end else (*end, *start)


def _clamp(lines: Sequence[str], line: int, character: int, encoding: Encoding) -> tuple[int, int]:
    if line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    return line, index_in(lines[line], character, encoding)


def index_in(line: str, character: int, encoding: Encoding) -> int:
    """The index of a position in a line; a position inside a character is that character's start, and one
    beyond the line's end is the end (LSP 3.17, Position)."""
    end = len(line.rstrip("\r\n"))
    if encoding == "utf-32" or line.isascii():
        return min(character, end)
    if encoding == "utf-16":
        units = line[:end].encode("utf-16-le", "replace")
        return len(units[: 2 * character].decode("utf-16-le", "ignore"))
    return len(line[:end].encode("utf-8", "replace")[:character].decode("utf-8", "ignore"))

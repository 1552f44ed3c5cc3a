"""Places in a document: the client counts in its encoding, the core in code points."""

from collections.abc import Sequence
from typing import Protocol

from lsprotocol import types

from inhouse.domain.code import Position, Span
from inhouse.domain.conversation import LineRange
from inhouse.lsp.documents import Encoding, span


class Place(Protocol):
    @property
    def line(self) -> int: ...

    @property
    def character(self) -> int: ...


class Area(Protocol):
    @property
    def start(self) -> Place: ...

    @property
    def end(self) -> Place: ...


def line_range(area: Area) -> LineRange:
    """Of lsprotocol's types and of our own params alike."""
    return LineRange(area.start.line, area.start.character, area.end.line, area.end.character)


def to_span(lines: Sequence[str], area: LineRange, encoding: Encoding) -> Span:
    """Clamped to the document, and put in order."""
    first, before, last, after = span(lines, area, encoding)
    return Span(Position(first, before), Position(last, after))


def to_range(lines: Sequence[str], place: Span, encoding: Encoding) -> types.Range:
    """`place` lies inside the document."""
    return types.Range(
        start=_position(lines, place.start, encoding),
        end=_position(lines, place.end, encoding),
    )


def _position(lines: Sequence[str], place: Position, encoding: Encoding) -> types.Position:
    return types.Position(line=place.line, character=_units(lines[place.line][: place.character], encoding))


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "replace")) // 2
    return len(text.encode("utf-8", "replace"))

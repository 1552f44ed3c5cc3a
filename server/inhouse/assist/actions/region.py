"""Which piece of a file an action is about, where nobody has said it exactly."""

import re
from collections.abc import Sequence

from inhouse.context.syntax.blocks import Block
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic, Position, Span

SHORT_FUNCTION = 20
"""Lines of a function that is fixed as a whole."""
AROUND = 3
"""Lines above and below a diagnostic that may change in a longer one."""

_WORD = re.compile(r"\w+")


def meant(lines: Sequence[str], span: Span) -> Span:
    """A bare cursor for what lies within one word, or is one sign: Helix has no smaller selection, and ALE sends the
    word under the cursor."""
    start, end = span.start, span.end
    if start.line != end.line:
        return span
    text = lines[start.line][start.character : end.character]
    return Span(start, start) if len(text) <= 1 or _WORD.fullmatch(text) else span


def whole_lines(lines: Sequence[str], first: int, last: int) -> Span:
    """With the last one's line end, where it has one."""
    if last + 1 < len(lines):
        return Span(Position(first, 0), Position(last + 1, 0))
    return Span(Position(first, 0), Position(last, len(lines[last])))


def of_selection(lines: Sequence[str], span: Span) -> Span:
    """Its whole lines if it covers them but for blanks, else exactly it."""
    start, end = span.start, span.end
    ends_before = end.character == 0 and end.line > start.line
    if lines[start.line][: start.character].strip() or (not ends_before and lines[end.line][end.character :].strip()):
        return span
    return whole_lines(lines, *span.lines)


def of_block(lines: Sequence[str], kind: ActionKind, block: Block) -> Span:
    """Documentation above a block is part of it where that is what it is about."""
    return whole_lines(lines, block.top if kind is ActionKind.DOCUMENT else block.first, block.last)


def of_diagnostic(lines: Sequence[str], diagnostic: Diagnostic, block: Block | None) -> Span:
    """The whole of a short function around it, else its lines and some around them."""
    first, last = diagnostic.span.lines
    last_there = len(lines) - 1
    first, last = min(first, last_there), min(last, last_there)
    lowest, highest = (block.first, block.last) if block is not None else (0, last_there)
    if block is not None and block.kind == "function" and highest - lowest < SHORT_FUNCTION:
        return whole_lines(lines, min(lowest, first), max(highest, last))
    return whole_lines(lines, min(first, max(lowest, first - AROUND)), max(last, min(highest, last + AROUND)))

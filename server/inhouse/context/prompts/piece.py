"""Pieces of a file, and what edits make of them."""

from collections.abc import Sequence

from inhouse.domain.code import Span, TextEdit


def text_of(lines: Sequence[str], span: Span) -> str:
    first, last = span.start.line, span.end.line
    if first == last:
        return lines[first][span.start.character : span.end.character]
    middle = lines[first + 1 : last]
    return "".join([lines[first][span.start.character :], *middle, lines[last][: span.end.character]])


def edited(lines: Sequence[str], span: Span, edits: Sequence[TextEdit]) -> str:
    """The text of the piece with these edits, all of which lie in it."""
    parts: list[str] = []
    at = span.start
    for edit in sorted(edits, key=lambda each: each.span.start):
        parts += [text_of(lines, Span(at, edit.span.start)), edit.text]
        at = edit.span.end
    return "".join([*parts, text_of(lines, Span(at, span.end))])

"""Pieces of a file."""

from collections.abc import Sequence

from inhouse.domain.code import Span


def text_of(lines: Sequence[str], span: Span) -> str:
    first, last = span.start.line, span.end.line
    if first == last:
        return lines[first][span.start.character : span.end.character]
    middle = lines[first + 1 : last]
    return "".join([lines[first][span.start.character :], *middle, lines[last][: span.end.character]])

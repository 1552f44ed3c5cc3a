"""Where a message goes in the file that git opens for it."""

from collections.abc import Sequence

from inhouse.context.answer.place import line_end
from inhouse.domain.code import Position, Span, TextEdit

COMMENT = "#"


def insertion(message: str, lines: Sequence[str]) -> TextEdit:
    """At the beginning, in place of blank lines; what somebody has written there stays below it."""
    end = line_end(lines)
    text = message.replace("\n", end)
    comments = next((at for at, line in enumerate(lines) if line.startswith(COMMENT)), len(lines))
    start = Position(0, 0)
    if any(line.strip() for line in lines[:comments]):
        return TextEdit(Span(start, start), text + 2 * end)
    if comments < len(lines):
        return TextEdit(Span(start, Position(comments, 0)), text + 2 * end)
    return TextEdit(Span(start, Position(len(lines) - 1, len(lines[-1]))), text + end)

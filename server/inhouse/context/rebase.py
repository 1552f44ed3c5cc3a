"""Edits of a text carried over to what has become of it, where the lines that they touch are still the same."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from inhouse.context.unchanged import unchanged_ends
from inhouse.domain.code import Position, Span, TextEdit

MOST_COMPARED = 2000
"""Lines between the first and the last change; comparing takes quadratic time at worst."""

Kept = tuple[int, int, int]
"""Old lines from, to (exclusive), and by how many lines they have moved."""


def rebase(edits: Sequence[TextEdit], old: Sequence[str], new: Sequence[str]) -> tuple[TextEdit, ...] | None:
    """The edits in terms of `new`; None where a line that one of them touches has changed or is gone."""
    kept = kept_lines(old, new)
    moved: list[TextEdit] = []
    for edit in edits:
        first, last = edit.span.lines
        by = shift_of(kept, first, last)
        if by is None:
            return None
        moved.append(TextEdit(Span(_moved(edit.span.start, by), _moved(edit.span.end, by)), edit.text))
    return tuple(moved)


def shift_of(kept: Sequence[Kept], first: int, last: int) -> int | None:
    """By how many lines these have moved, both included; None where one of them has changed or is gone."""
    return next((shift for start, end, shift in kept if start <= first and last < end), None)


def _moved(place: Position, by: int) -> Position:
    return Position(place.line + by, place.character)


def kept_lines(old: Sequence[str], new: Sequence[str]) -> list[Kept]:
    """Takes up to a second for what has changed all over: call it in a thread."""
    head, tail = unchanged_ends(old, new)
    shift = len(new) - len(old)
    found: list[Kept] = [(0, head, 0)]
    middle, now = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(middle), len(now)) <= MOST_COMPARED:
        blocks = SequenceMatcher(None, middle, now, autojunk=False).get_matching_blocks()
        found += [(head + block.a, head + block.a + block.size, block.b - block.a) for block in blocks]
    found.append((len(old) - tail, len(old), shift))
    return [each for each in found if each[0] < each[1]]

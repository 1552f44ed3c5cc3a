"""The smallest edits, in whole lines, that make new lines of a region's old ones.

Old and new are compared piece by piece, a piece being what one line has inside the region. So no edit can reach out of
it, whatever the new lines are.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from inhouse.context.answer.place import inserts_lines, line_end, without_end
from inhouse.context.answer.region import Region
from inhouse.context.unchanged import unchanged_ends
from inhouse.domain.code import Position, Span, TextEdit

MOST_COMPARED = 5000
"""Lines; where more have changed, they are one hunk: comparing takes quadratic time at worst."""

KEPT_SPACE = frozenset({"markdown", "diff", "patch"})
"""Languages where spaces at a line's end mean something."""

Hunk = tuple[int, int, int, int]
"""Old pieces from, to, and the new ones from, to that take their place."""


def edits(region: Region, new: Sequence[str]) -> tuple[TextEdit, ...]:
    """`new` is what the region is to hold, line by line and without line ends; no edit for lines that stay."""
    old = pieces(region)
    end = line_end(region.file.lines)
    ends = [end] * len(new)
    if new and not (inserts_lines(region) or (old and old[-1].endswith(("\n", "\r")))):
        ends[-1] = ""
    exact = region.file.language in KEPT_SPACE
    added = [line + end for line, end in zip(new, ends, strict=True)]
    hunks = _hunks([_key(each, exact=exact) for each in old], [_key(each, exact=exact) for each in added])
    return tuple(
        TextEdit(
            Span(_start(region, old, hunk[0]), _start(region, old, hunk[1])),
            "".join(added[hunk[2] : hunk[3]]),
        )
        for hunk in hunks
    )


def pieces(region: Region) -> list[str]:
    """What the region holds of each of its lines, with their ends."""
    start, end = region.span.start, region.span.end
    lines = list(region.file.lines[start.line : end.line + 1])
    if lines and end.line < len(region.file.lines):
        lines[-1] = lines[-1][: end.character]
    if lines:
        lines[0] = lines[0][start.character :]
    return lines[:-1] if lines and not lines[-1] else lines


def _start(region: Region, old: Sequence[str], at: int) -> Position:
    """Where piece `at` begins; the one after the last begins where the region ends."""
    if at >= len(old):
        return region.span.end
    start = region.span.start
    return start if at == 0 else Position(start.line + at, 0)


def _key(piece: str, *, exact: bool) -> tuple[str, bool]:
    """What makes two lines the same line: not the kind of line end, but whether there is one."""
    content = without_end(piece)
    return (content if exact else content.rstrip()), content != piece


def _hunks(old: Sequence[tuple[str, bool]], new: Sequence[tuple[str, bool]]) -> list[Hunk]:
    head, tail = unchanged_ends(old, new)
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if not old_middle and not new_middle:
        return []
    if max(len(old_middle), len(new_middle)) > MOST_COMPARED:
        return [(head, head + len(old_middle), head, head + len(new_middle))]
    matcher = SequenceMatcher(None, old_middle, new_middle)
    return [
        (head + i1, head + i2, head + j1, head + j2) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"
    ]

"""A file in parts that a model is asked about one by one, cut between blocks where that can be."""

from collections.abc import Sequence
from itertools import accumulate

from inhouse.context.syntax.blocks import Lines, Outline

_LATE = 0.5
"""A part is at least so full, if there is a place to cut it."""


def cut_in_parts(outline: Outline, sizes: Sequence[int], room: int, start: int = 0) -> tuple[Lines, ...]:
    """All lines from `start` on, each in one part; `sizes` are the tokens of the file's lines.

    A part has `room` tokens at most, but for a single line that has more.
    """
    total = [0, *accumulate(sizes)]
    depths = _depths(outline)
    found: list[Lines] = []
    while start < len(sizes):
        end = start + 1  # the next part begins here
        while end < len(sizes) and total[end + 1] - total[start] <= room:
            end += 1
        if end < len(sizes):
            early = next(at for at in range(start + 1, end + 1) if at == end or _full(total, start, at, room))
            end = _cut(depths, range(early, end + 1)) or _cut(depths, range(start + 1, end + 1)) or end
        found.append((start, end - 1))
        start = end
    return tuple(found)


def _full(total: Sequence[int], start: int, at: int, room: int) -> bool:
    return total[at] - total[start] >= _LATE * room


def _cut(depths: dict[int, int], where: range) -> int | None:
    """The line before which to cut: that of the outermost block, and the last of those."""
    return max((at for at in where if at in depths), key=lambda at: (-depths[at], at), default=None)


def _depths(outline: Outline) -> dict[int, int]:
    """The lines that blocks begin at, with their documentation, and how deep these lie."""
    depth: list[int] = []
    found: dict[int, int] = {}
    for block in outline.blocks:
        depth.append(0 if block.parent is None else depth[block.parent] + 1)
        for at in (block.top, block.last + 1):
            found[at] = min(found.get(at, depth[-1]), depth[-1])
    return found

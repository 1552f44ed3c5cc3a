"""Changes of several files in a prompt of a given size: the largest are cut, the others are whole."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from inhouse.context.changes.split import FileChange
from inhouse.context.weight import Tokens

_MOST_CHARS = 40
"""Of a token, more than any text has on average: what is far beyond the bound is not measured."""
_LEAST = 40
"""Tokens of a file's beginning that are worth showing: its name, and that it was changed."""


def fit_changes(changes: Sequence[FileChange], room: int, tokens: Tokens) -> tuple[str, tuple[str, ...]]:
    """The changes in their order, in `room` tokens, and the names of those that are not shown as a whole.

    Each gets the same bound, which is the highest with which all have room; those that are shorter leave theirs to the
    others. Where even the beginnings have no room, the last files are only named.
    """
    sizes = [tokens(change.text) for change in changes]
    bound = _bound(sizes, room)
    pieces: list[str] = []
    cut: list[str] = []
    left = room
    for change, size in zip(changes, sizes, strict=True):
        text = change.text if size <= min(bound, left) else _beginning(change, min(bound, left), tokens)
        if text is not change.text:
            cut.append(change.path)
        if tokens(text) <= left:
            pieces.append(text)
            left -= tokens(text)
    return "".join(pieces), tuple(cut)


def _bound(sizes: Sequence[int], room: int) -> int:
    """The largest number of tokens a file that all fit with."""
    left, count = room, len(sizes)
    for size in sorted(sizes):
        if size * count > left:
            return max(_LEAST, left // count)
        left -= size
        count -= 1
    return max(sizes, default=0)


def _beginning(change: FileChange, bound: int, tokens: Tokens) -> str:
    """Whole lines, and how many lines there are beyond them."""
    lines = re.findall("[^\n]*\n|[^\n]+", change.text)
    kept, more = 0, bisect_right(list(accumulate(map(len, lines))), bound * _MOST_CHARS) + 1
    more = min(more, len(lines))
    while more - kept > 1:  # the longest beginning that fits, by halving
        middle = (kept + more) // 2
        if tokens(_with_note(lines, middle)) <= bound:
            kept = middle
        else:
            more = middle
    return _with_note(lines, kept)


def _with_note(lines: Sequence[str], kept: int) -> str:
    return f"{''.join(lines[:kept])}[{len(lines) - kept} more lines of this file are not shown]\n"

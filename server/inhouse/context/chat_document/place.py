"""Where a place in a document has gone, after somebody has typed above it or below."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from inhouse.context.unchanged import unchanged_ends
from inhouse.domain.code import Position


def moved(old: Sequence[str], new: Sequence[str], place: Position) -> Position:
    """`place` in `old` as it is in `new`: behind the same text where that is still there, else where it was."""
    before, now = _plain(old), _plain(new)
    line = before[place.line]
    if now.count(line) == before.count(line):
        nth = before[: place.line].count(line)
        number = [number for number, each in enumerate(now) if each == line][nth]
        return Position(number, place.character)
    return _by_difference(before, now, place)


def _by_difference(before: Sequence[str], now: Sequence[str], place: Position) -> Position:
    start, end = unchanged_ends(before, now)
    if place.line < start:
        return place
    if place.line >= len(before) - end:
        return Position(place.line + len(now) - len(before), place.character)
    matcher = SequenceMatcher(None, before[start : len(before) - end], now[start : len(now) - end], autojunk=False)
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        if first <= place.line - start < last:
            if kind == "equal":
                return Position(place.line - first + new_first, place.character)
            return _in_changed(before[place.line], now, range(start + new_first, start + new_last), place)
    return place


def _in_changed(line: str, now: Sequence[str], changed: range, place: Position) -> Position:
    """In the changed line that is most like the old one; behind what goes before where all of them are gone."""
    if not changed:
        number = max(changed.start - 1, 0)
        return Position(number, len(now[number].rstrip()))
    number = max(changed, key=lambda each: SequenceMatcher(None, line, now[each], autojunk=False).ratio())
    kept = now[number].startswith(line[: place.character])
    return Position(number, place.character if kept else len(now[number].rstrip()))


def _plain(lines: Sequence[str]) -> list[str]:
    return [line.rstrip("\r\n") for line in lines]

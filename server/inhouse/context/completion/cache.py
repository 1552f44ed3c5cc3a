"""Suggestions that were made: who types along one, or goes back in it, gets the rest of it without asking again."""

from collections import OrderedDict
from dataclasses import dataclass

from inhouse.context.completion.brackets import PAIRS, unopened
from inhouse.context.completion.place import Place
from inhouse.context.completion.suggestion import Suggestion

MOST = 200
SEEN_BEFORE = 3000
SEEN_AFTER = 1000
"""Characters around the cursor that have to be the same: a change further away rarely makes a suggestion wrong."""

_TAIL = 32
"""Characters that a place is looked for by before all are compared."""

_CLOSED_BY_EDITOR = frozenset(")]}\"'`>")


@dataclass(frozen=True, slots=True)
class _Kept:
    """`before` and `after` are the whole text where they are shorter than what is compared."""

    file: str
    before: str
    after: str
    suggestion: Suggestion | None


class SuggestionCache:
    """The last ones, by where they were made. None is kept too: that there was nothing to suggest."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], _Kept] = OrderedDict()

    def put(self, file: str, place: Place, suggestion: Suggestion | None) -> None:
        before, after = place.before[-SEEN_BEFORE:], place.after[:SEEN_AFTER]
        key = (file, before, after)
        self._kept[key] = _Kept(file, before, after, suggestion)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def find(self, file: str, place: Place) -> "Hit | None":
        """What is left of the newest suggestion that was typed along up to this place; None for no such."""
        for kept in reversed(self._kept.values()):
            if kept.file == file and (hit := _along(kept, place)) is not None:
                return hit
        return None


@dataclass(frozen=True, slots=True)
class Hit:
    """`suggestion` is None where it is known that there is none."""

    suggestion: Suggestion | None


def _along(kept: _Kept, place: Place) -> Hit | None:
    made = kept.suggestion
    if made is None:
        same = _ends_with(place.before, len(place.before), kept.before) and _begins_with(place.after, 0, kept, 0)
        return Hit(None) if same else None
    typed = _typed(kept.before, made.text, place.before)
    if typed is None or typed == len(made.text):
        return None
    rest = made.text[typed:]
    replaced = _replaced(kept, made.replaced, rest, place.after)
    return None if replaced is None else Hit(Suggestion(rest, replaced))


def _typed(before: str, text: str, now: str) -> int | None:
    """How many characters of `text` stand between `before` and the cursor now."""
    tail = before[-_TAIL:]
    start = max(0, len(now) - len(text) - len(tail))
    at = now.find(tail, start)
    while at >= 0:
        end = at + len(tail)
        if text.startswith(now[end:]) and _ends_with(now, end, before):
            return len(now) - end
        at = now.find(tail, at + 1)
    return None


def _ends_with(text: str, end: int, before: str) -> bool:
    """Whether text[:end] does."""
    return text.endswith(before, 0, end) and (len(before) == SEEN_BEFORE or len(before) == end)


def _replaced(kept: _Kept, replaced: int, rest: str, now: str) -> int | None:
    """How many characters behind the cursor the rest takes the place of; None where something else stands there now.

    An editor that closes a bracket by itself puts a character there, and lets the user type over it.
    """
    for gone in range(replaced + 1):
        if _begins_with(now, 0, kept, gone):
            return replaced - gone
    closed = next((n for n in (1, 2, 3) if _begins_with(now, n, kept, 0)), 0)
    if closed and set(now[:closed]) <= _CLOSED_BY_EDITOR and _closes(rest, now[:closed]):
        return replaced + closed
    return None


def _begins_with(text: str, start: int, kept: _Kept, gone: int) -> bool:
    """Whether text[start:] begins with what stood behind the cursor, less its first `gone` characters."""
    after = kept.after[gone:]
    return text.startswith(after, start) and (len(kept.after) == SEEN_AFTER or len(text) - start == len(after))


def _closes(rest: str, closers: str) -> bool:
    """Whether the rest of a suggestion has all that the editor has closed ahead of it."""
    brackets = "".join(char for char in closers if char in PAIRS)
    extra = "".join(char for char, _ in unopened(rest))
    return extra.startswith(brackets) and all(char in rest for char in closers)

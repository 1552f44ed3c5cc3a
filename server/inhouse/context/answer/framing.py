"""The answer's lines put into the frame of the region: indented like it, between its own blank lines."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from inhouse.context.answer.indentation import indented
from inhouse.context.answer.lexing import inside_strings
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Unreadable

CLEARLY = 0.05
MOST_COMPARED = 1000
_WORD = re.compile(r"\w+|[^\w\s]")


def framed(lines: Sequence[str], place: Place) -> list[str]:
    """The whole lines that take the place of the old ones."""
    filled = unblanked(lines)
    new = indented(filled, place, inside_strings(filled, place.language))
    above = next((at for at, line in enumerate(place.old) if line.strip()), 0)
    below = next((at for at, line in enumerate(reversed(place.old)) if line.strip()), 0)
    return [*place.old[:above], *new, *(place.old[len(place.old) - below :] if below else ())]


def unblanked(lines: Sequence[str]) -> Sequence[str]:
    """Without blank lines at both ends."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def fragment(lines: Sequence[str], place: Place) -> list[str] | Unreadable:
    """The whole lines, where the region is only a part of them. The answer may be that part, or the whole lines: then
    what stands before and behind the region is in it too."""
    filled = unblanked(lines)
    moved = indented(filled, place, inside_strings(filled, place.language))
    text = "\n".join(moved).strip()
    head, tail = place.head.strip(), place.tail.strip()
    if len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail):
        text = text[len(head) : len(text) - len(tail)].strip()
    elif _rather_whole(text, place):
        return Unreadable("The answer changes code outside of the asked place.")
    old = place.fragment
    front, back = old[: len(old) - len(old.lstrip())], old[len(old.rstrip()) :]
    return (place.head + front + text + back + place.tail).split("\n")


def _rather_whole(text: str, place: Place) -> bool:
    """Whether the answer is more like the whole lines than like the part of them."""
    whole, part = ("\n".join(place.old).strip(), place.fragment.strip())
    return _likeness(text, whole) > _likeness(text, part) + CLEARLY


def _likeness(one: str, other: str) -> float:
    """Between 0 and 1, by words and signs."""
    return SequenceMatcher(None, _WORD.findall(one)[:MOST_COMPARED], _WORD.findall(other)[:MOST_COMPARED]).ratio()

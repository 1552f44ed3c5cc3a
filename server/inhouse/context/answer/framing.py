"""The answer's lines put into the frame of the region: indented like it, between its own blank lines."""

from collections.abc import Sequence

from inhouse.context.answer.indentation import indented
from inhouse.context.answer.lexing import inside_strings
from inhouse.context.answer.place import Place


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


def fragment(lines: Sequence[str], place: Place) -> list[str]:
    """The whole lines, where the region is only a part of them. The answer may be that part, or the whole lines: then what
    stands before and behind the region is in it too."""
    text = "\n".join(unblanked(lines)).strip()
    head, tail = place.head.strip(), place.tail.strip()
    if len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail):
        text = text[len(head) : len(text) - len(tail)].strip()
    old = place.fragment
    front, back = old[: len(old) - len(old.lstrip())], old[len(old.rstrip()) :]
    first, *rest = (front + text + back).split("\n")
    if not rest:
        return [place.head + first + place.tail]
    base = place.old[0][: len(place.old[0]) - len(place.old[0].lstrip())]
    opened = [base + (first.strip() or "x"), *rest]
    moved = indented(opened, place, inside_strings(opened, place.language))
    return [place.head + first, *moved[1:-1], moved[-1] + place.tail]

"""A file as a whole: a new one, one that is written anew, or one that gets something added, such as tests."""

from collections.abc import Sequence

from inhouse.context.answer.declarations import declared, imports
from inhouse.context.answer.framing import unblanked
from inhouse.context.answer.indentation import indent
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Unreadable

KEPT = 0.6
"""Of the old file's lines, those that an answer has to have to be the file itself and not something to add to it."""

_TWO_BLANK = frozenset({"python"})


def whole_file(lines: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    new = unblanked(lines)
    old = [line.strip() for line in place.old if line.strip()]
    if not old:
        return [*new, ""] if not place.old[-1] else new
    there = {line.strip() for line in new}
    if sum(line in there for line in old) < KEPT * len(old):
        return _added(new, place)
    lost = [name for name in _names(place.old, place) if name not in _names(new, place)]
    if lost:
        return Unreadable(f"The answer leaves out what is in the file: {lost[0]}.")
    below = next((at for at, line in enumerate(reversed(place.old)) if line.strip()), 0)
    return [*new, *place.old[len(place.old) - below :]] if below else new


def _added(new: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    """The old file, new imports behind its own, and the rest at its end."""
    again = [name for name in _names(new, place) if name in _names(place.old, place)]
    if again:
        return Unreadable(f"The answer declares what is in the file already: {again[0]}.")
    there = {line.strip() for line in place.old}
    wanted = [line for line in new if imports(line, place.language) and not indent(line)]
    rest = unblanked([line for line in new if line not in wanted])
    brought = [line for line in wanted if line.strip() not in there]
    end = max((at + 1 for at, line in enumerate(place.old) if imports(line, place.language)), default=0)
    kept = list(unblanked(place.old[end:]))
    gap = [""] * (2 if place.language in _TWO_BLANK else 1)
    below = [""] if not place.old[-1] else []
    lead = place.old[end : next((at for at in range(end, len(place.old)) if place.old[at].strip()), end)]
    return [*place.old[:end], *brought, *lead, *kept, *gap, *rest, *below]


def _names(lines: Sequence[str], place: Place) -> list[str]:
    """Declared at the left margin, or one step in, as in a class of tests."""
    found = [declared(line, place.language) for line in lines if len(indent(line).expandtabs(4)) <= 4]
    return [name for name in found if name]

"""A file as a whole: a new one, one that is written anew, or one that gets something added, such as tests."""

from collections.abc import Sequence
from dataclasses import replace

from inhouse.context.answer.declarations import declared, imports, leading_imports
from inhouse.context.answer.framing import unblanked
from inhouse.context.answer.indentation import indent, indented, style_of
from inhouse.context.answer.lexing import inside_strings
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Unreadable

KEPT = 0.5
"""Share of the old imports, and of the other lines, that an answer must have to be the file and no addition to it."""

_TWO_BLANK = frozenset({"python"})


def whole_file(lines: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    """The file's lines. An answer with little of what is there is added to it; none may take away what is declared."""
    new = unblanked(lines)
    if not any(line.strip() for line in place.old):
        return [*new, ""] if place.old[-1:] == ("",) else new
    own = leading_imports(place.old, place.language)
    if not (_keeps(place.old[:own], new) and _keeps(place.old[own:], new)):
        return _added(new, place)
    names = set(_names(new, place))
    lost = next((name for name in _names(place.old, place) if name not in names), None)
    if lost is not None:
        return Unreadable(f"The answer leaves out what is in the file: {lost}.")
    below = next((at for at, line in enumerate(reversed(place.old)) if line.strip()), 0)
    return [*new, *place.old[len(place.old) - below :]] if below else new


def _keeps(lines: Sequence[str], new: Sequence[str]) -> bool:
    """Whether enough of those lines that have a word are in the answer."""
    there = {line.strip() for line in new}
    telling = [line.strip() for line in lines if any(sign.isalnum() for sign in line)]
    return sum(line in there for line in telling) >= KEPT * len(telling)


def _added(new: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    """The old file, new imports behind its own, and the rest at its end."""
    names = set(_names(place.old, place))
    again = next((name for name in _names(new, place) if name in names), None)
    if again is not None:
        return Unreadable(f"The answer declares what is in the file already: {again}.")
    own, theirs = leading_imports(place.old, place.language), leading_imports(new, place.language)
    brought = _brought(new[:theirs], place.old[:own], place)
    rest = _styled(unblanked(new[theirs:]), place)
    filled = len(place.old) - next((at for at, line in enumerate(reversed(place.old)) if line.strip()), 0)
    gap = [""] * (2 if place.language in _TWO_BLANK else 1)
    return [*place.old[:own], *brought, *place.old[own:filled], *gap, *rest, *place.old[filled:]]


def _brought(theirs: Sequence[str], own: Sequence[str], place: Place) -> list[str]:
    """The imports that the file has not: whole statements, and no second word on its package."""
    there = {line.strip() for line in own}
    statements: list[list[str]] = []
    for line in theirs:
        if imports(line, place.language) and not indent(line):
            statements.append([line])
        elif statements and line.strip():
            statements[-1].append(line)
    return [
        line
        for lines in statements
        if any(line.strip() not in there for line in lines) and not lines[0].startswith("package")
        for line in lines
    ]


def _styled(lines: Sequence[str], place: Place) -> Sequence[str]:
    """Indented with what the file is indented with, where that shows."""
    if not style_of(place.old, place.language).seen:
        return lines
    return indented(lines, replace(place, before=place.old, old=("",)), inside_strings(lines, place.language))


def _names(lines: Sequence[str], place: Place) -> list[str]:
    """Declared at the left margin, or one step in, as in a class of tests."""
    found = [declared(line, place.language) for line in lines if len(indent(line).expandtabs(4)) <= 4]
    return [name for name in found if name]

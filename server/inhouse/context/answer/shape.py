"""Whether an answer is the kind of thing that the asked place holds: a function for a function, lines for lines."""

import re
from collections.abc import Sequence

from inhouse.context.answer.choice import ALIKE, likeness
from inhouse.context.answer.declarations import (
    declared,
    declared_by_keyword,
    declares_class,
    decorates,
    first_declaration,
)
from inhouse.context.answer.indentation import indent
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Intent, Unreadable

_ELSE = Unreadable("The answer declares something else than what was asked for.")

_NAME = re.compile(r"[\w$]+")
_NO_STATEMENT = re.compile(r"\s*(?:#(?!!?\[)|//|/\*|\*|[)\]}]|$)")
"""A comment, or the end of a block."""


def other_shape(lines: Sequence[str], place: Place) -> Unreadable | None:
    """Where the old code is a declaration, an answer that is only something from inside it, or that wraps it up."""
    old = first_declaration(place.old, place.language)
    if old is None:
        return None
    classes = declares_class(old)
    if not any(_declares(line, place, classes=classes) for line in lines):
        return Unreadable("The answer is only a part of the asked place.")
    if _another(lines, place, old):
        return _ELSE
    new = first_declaration(lines, place.language)
    name = declared(old, place.language)
    if classes or new is None or not declares_class(new) or not name:
        return None
    inside = any(declared(line, place.language) == name and indent(line) > indent(new) for line in lines)
    return Unreadable("The answer declares more around the asked place than there is.") if inside else None


def _another(lines: Sequence[str], place: Place, old: str) -> bool:
    """Whether the answer nowhere declares what it is to be, and is not like it either, as under a new name it would."""
    name = declared(old, place.language)
    there = any(declared(line, place.language) == name for line in lines)
    return bool(name) and not there and likeness("\n".join(lines), place) < ALIKE


def only_other_functions(lines: Sequence[str], place: Place, intent: Intent) -> Unreadable | None:
    """An answer that does nothing but declare functions that the old code knows nothing of: an example of something.

    Not where a class or nothing but comments is to be filled, nor for a function that is rewritten under another name.
    A body does nothing if it declares only.
    """
    old, body = first_declaration(place.old, place.language), intent is Intent.COMPLETE
    if all(_NO_STATEMENT.match(line) for line in place.old) or (old is not None and declares_class(old)):
        return None
    found = [line for line in lines if line.strip()]
    depth = min((len(indent(line)) for line in found), default=0)
    outer = [line for line in found if len(indent(line)) == depth]
    told = [line for line in outer if not (_NO_STATEMENT.match(line) or decorates(line))]
    names = [declared_by_keyword(line, types=body) for line in told]
    if not names or not all(names) or (old is not None and len(names) == 1 and not body):
        return None
    words = {declared(old, place.language)} if body and old is not None else set(_NAME.findall(place.fragment))
    if any(name in words for name in names):
        return None
    around = {declared_by_keyword(line, types=False) for line in place.before}
    if any(name in around for name in names):
        return Unreadable("The answer changes code outside of the asked place.")
    return _ELSE


def _declares(line: str, place: Place, *, classes: bool) -> bool:
    return declares_class(line) if classes else declared(line, place.language) is not None

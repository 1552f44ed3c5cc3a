"""Answers in the form of changes: unified diffs, and pairs of search and replacement. They are applied to lines of the
file by what these say, never by their numbers, and only where nothing outside the region changes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from inhouse.context.answer.fences import Fenced
from inhouse.context.answer.indentation import indented
from inhouse.context.answer.lexing import inside_strings
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Unreadable
from inhouse.context.unchanged import unchanged_ends

_HUNK = re.compile(r"^@@.*$")
_FILE = re.compile(r"^(?:--- |\+\+\+ |diff --git |index [0-9a-f]+|new file mode|\\ No newline|\*\*\* )")
_SEARCH = re.compile(r"^<{5,9}(?: ?\w+)?\s*$")
_MIDDLE = re.compile(r"^={5,9}\s*$")
_REPLACE = re.compile(r"^>{5,9}(?: ?\w+)?\s*$")


@dataclass(frozen=True, slots=True)
class Change:
    """Lines that are to be found, and those to have in their place."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def changes(text: str, blocks: Sequence[Fenced], place: Place) -> tuple[Change, ...]:
    """The changes that an answer consists of; none if it has another form."""
    if place.language in {"diff", "patch"}:
        return ()
    if pairs := _pairs(text.split("\n")):
        return pairs
    bodies = [block.text for block in blocks if _is_diff(block.text, place, said=block.info == "diff")]
    if not blocks and _is_diff(text, place, said=False):
        bodies = [text]
    return tuple(change for body in bodies for change in _hunks(body.split("\n")))


def applied(found: Sequence[Change], place: Place) -> tuple[str, ...] | Unreadable:
    """The region's whole lines after the changes."""
    lines = list(place.whole)
    first, end = len(place.before), len(place.before) + len(place.old)
    for change in found:
        if change.old == change.new:
            continue
        at = _found(change.old, lines, first, end)
        if at is None:
            return Unreadable("The answer is a diff that does not fit the code.")
        there = lines[at : at + len(change.old)]
        new = _merged(change, there, place)
        kept_above, kept_below = unchanged_ends(there, new)
        if at + kept_above < first or at + len(there) - kept_below > end:
            return Unreadable("The answer changes code outside of the asked place.")
        lines[at : at + len(there)] = new
        end += len(new) - len(there)
    return tuple(lines[first:end])


def _pairs(lines: Sequence[str]) -> tuple[Change, ...]:
    """What stands between markers like those of a merge conflict."""
    found: list[Change] = []
    start, middle = -1, -1
    for at, line in enumerate(lines):
        if _SEARCH.match(line):
            start, middle = at, -1
        elif start >= 0 and middle < 0 and _MIDDLE.match(line):
            middle = at
        elif middle >= 0 and _REPLACE.match(line):
            found.append(Change(tuple(lines[start + 1 : middle]), tuple(lines[middle + 1 : at])))
            start, middle = -1, -1
    return tuple(found)


def _is_diff(text: str, place: Place, *, said: bool) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    if any(_HUNK.match(line) for line in lines):
        return True
    minus = [line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---")]
    plus = [line for line in lines if line.startswith("+") and not line.startswith("+++")]
    if said:
        return bool(minus or plus)
    there = {line.strip() for line in place.whole}
    marked = all(line[0] in " +-\t" for line in lines)
    return marked and bool(minus and plus) and all(line in there for line in minus)


def _hunks(lines: Sequence[str]) -> list[Change]:
    found: list[Change] = []
    old: list[str] = []
    new: list[str] = []
    for line in [*lines, "@@"]:
        if _HUNK.match(line):
            found += [Change(tuple(old), tuple(new))] if any(text.strip() for text in (*old, *new)) else []
            old, new = [], []
        elif not _FILE.match(line):
            text = line[1:] if line[:1] in {" ", "+", "-"} else line
            old += [] if line.startswith("+") else [text]
            new += [] if line.startswith("-") else [text]
    return [_trimmed(change) for change in found]


def _trimmed(change: Change) -> Change:
    """Without blank lines that both sides begin or end with: models add and lose them."""
    old, new = list(change.old), list(change.new)
    while old and new and not old[0].strip() and not new[0].strip():
        del old[0], new[0]
    while old and new and not old[-1].strip() and not new[-1].strip():
        del old[-1], new[-1]
    return Change(tuple(old), tuple(new))


def _found(wanted: Sequence[str], lines: Sequence[str], first: int, end: int) -> int | None:
    """Where the wanted lines stand, exactly or but for white space; in the region if they stand there once."""
    for form in (str.rstrip, _words):
        keys = [form(line) for line in wanted]
        there = [form(line) for line in lines]
        places = [at for at in range(len(there) - len(keys) + 1) if there[at : at + len(keys)] == keys]
        inside = [at for at in places if at < end and at + len(keys) > first]
        if keys and len(inside or places) == 1:
            return (inside or places)[0]
    return None


def _words(line: str) -> str:
    return " ".join(line.split())


def _merged(change: Change, there: Sequence[str], place: Place) -> list[str]:
    """The new lines, with those that stay as the file has them, and the others indented like these."""
    moved = indented(change.new, replace(place, old=tuple(there)), inside_strings(change.new, place.language))
    matcher = SequenceMatcher(None, [_words(line) for line in change.old], [_words(line) for line in change.new])
    merged: list[str] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal" and change.old[i1:i2] == change.new[j1:j2]:
            merged += there[i1:i2]
        else:
            merged += moved[j1:j2]
    return merged

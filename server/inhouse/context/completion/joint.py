"""How a suggestion meets what stands behind the cursor in its line."""

import re

from inhouse.context.completion.brackets import PAIRS, unclosed, unopened
from inhouse.context.completion.place import Place
from inhouse.context.completion.suggestion import Suggestion

_CLOSING = re.compile(r"[)\]}>\"'`]+")
_LOOKED_BACK = 60
"""Lines above in which an open bracket is looked for."""


def without_stray_closers(text: str, place: Place) -> str:
    """Up to the first bracket that closes what nobody has opened."""
    extra = unopened(text)
    if not extra:
        return text
    above = place.before.rsplit("\n", _LOOKED_BACK)
    known = len(above) <= _LOOKED_BACK and not place.first_line
    opened = [char for char in unclosed("\n".join(above if known else above[1:])) if char in PAIRS.values()]
    for char, at in extra:
        if opened and opened[-1] == PAIRS[char]:
            opened.pop()
        elif known or PAIRS[char] in opened:
            return text[:at]
    return text


def joined(text: str, place: Place) -> Suggestion | None:
    """The suggestion that says nothing twice that stands behind the cursor."""
    rest = place.line_after.rstrip()
    text = text.rstrip()
    if not rest.strip():
        return _some(text, 0)
    first, newline, _ = text.partition("\n")
    if not newline:
        return _some(_without_overlap(text, rest), 0)
    closing = _CLOSING.match(rest)
    if closing is not None and closing[0] == rest and _has_extra(text, rest):
        return _some(text, len(rest))
    return _some(_without_overlap(first.rstrip(), rest), 0)


def _some(text: str, replaced: int) -> Suggestion | None:
    return Suggestion(text, replaced) if text.strip() else None


def _has_extra(text: str, closers: str) -> bool:
    """Whether a text closes what the editor has closed as well."""
    extra = "".join(char for char, _ in unopened(text))
    quotes = "".join(char for char in unclosed(text) if char not in PAIRS.values())
    return (extra.startswith(closers) or quotes + extra == closers) and closers != ""


def _without_overlap(text: str, rest: str) -> str:
    """Without the end that is the beginning of what follows, unless it belongs to what the text itself has opened."""
    for size in range(min(len(text), len(rest)), 0, -1):
        if text.endswith(rest[:size]) and not _belongs(text, size):
            return text[:-size]
    return text


def _belongs(text: str, size: int) -> bool:
    left = text[:-size]
    return len(unclosed(left)) > len(unclosed(text)) or (left[-1:].isalnum() and text[-size].isalnum())

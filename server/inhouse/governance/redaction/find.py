"""Everything in a text that looks like a credential.

Credentials are ASCII. Other characters are looked at as question marks, one for each: then a text has one byte a
character and its lower case has the same length, which is what keeps 1 MB within a few dozen milliseconds.
"""

from collections.abc import Iterator

from inhouse.governance.redaction.found import Found
from inhouse.governance.redaction.named import named
from inhouse.governance.redaction.placeholders import PLACEHOLDER
from inhouse.governance.redaction.private_keys import private_keys
from inhouse.governance.redaction.shapes import shaped
from inhouse.governance.redaction.urls import urls


def find(text: str) -> list[Found]:
    """In the order of the text, none overlapping another, and none in a placeholder."""
    plain = text if text.isascii() else text.encode("ascii", "replace").decode("ascii")
    lower = plain.lower()
    found = [*private_keys(plain), *shaped(plain), *named(plain, lower), *urls(plain, lower)]
    return list(_apart(sorted(found, key=_order), plain)) if found else []


def _order(found: Found) -> tuple[int, int]:
    """Of two that begin at the same place, the longer first."""
    return found.start, -found.end


def _apart(found: list[Found], text: str) -> Iterator[Found]:
    """One that begins inside another belongs to it; what it has beyond the other's end is replaced with it."""
    kept: Found | None = None
    for each in found:
        if PLACEHOLDER.search(text, each.start, each.end):
            continue
        if kept is not None and each.start < kept.end:
            kept = Found(kept.start, max(kept.end, each.end), kept.rule)
            continue
        if kept is not None:
            yield kept
        kept = each
    if kept is not None:
        yield kept

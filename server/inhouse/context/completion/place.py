"""A place in a text where something is to be suggested, and how much may be."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from inhouse.context.completion.lines import is_comment, is_word

_CLOSERS = re.compile(r"\s*(?:[)\]}>\"'`]+\s*)?(?:[:{;,]\s*)?")
"""What may stand behind the cursor for it to count as the end of its line: mostly what the editor closed by itself."""


class Extent(Enum):
    """How much is suggested at most."""

    NOTHING = auto()
    LINE = auto()
    BLOCK = auto()


@dataclass(frozen=True)
class Place:
    """`before` and `after` are the text around the cursor, as much of it as is ever looked at, with LF as the only line
    end. `first_line` is the number, in the document, of the line that `before` begins with. `selected` is the end
    of `before` where that is not in the document: what a list of completions would insert."""

    before: str
    after: str
    language: str = ""
    first_line: int = 0
    selected: str = ""

    @cached_property
    def line_before(self) -> str:
        return self.before[self.before.rfind("\n") + 1 :]

    @cached_property
    def line_after(self) -> str:
        return self.after.partition("\n")[0]

    @cached_property
    def blank_line(self) -> bool:
        """Nothing stands before the cursor in its line."""
        return not self.line_before.strip()

    @cached_property
    def lines_above(self) -> tuple[str, ...]:
        """Those with text, at most 100, the nearest first."""
        lines = self.before[: len(self.before) - len(self.line_before)].rsplit("\n", 200)
        return tuple(line for line in reversed(lines) if line.strip())[:100]

    @cached_property
    def lines_below(self) -> tuple[str, ...]:
        """Those with text, at most 50, without white space at their ends."""
        return tuple(line.rstrip() for line in self.after.split("\n", 100)[1:101] if line.strip())[:50]


def extent(place: Place, *, invoked: bool) -> Extent:
    """Unasked, nothing is suggested inside a word, before further text of the line, or where there is nothing to go by;
    several lines only at the end of one that is no comment."""
    if not invoked and not _fits_unasked(place):
        return Extent.NOTHING
    at_end = bool(_CLOSERS.fullmatch(place.line_after))
    if place.selected or not at_end or is_comment(place.line_before, place.language):
        return Extent.LINE
    return Extent.BLOCK


def _fits_unasked(place: Place) -> bool:
    if not place.before.strip():
        return False
    return bool(_CLOSERS.fullmatch(place.line_after)) and not is_word(place.line_after[:1])

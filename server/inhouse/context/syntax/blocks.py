"""The blocks of a file: functions, classes and what holds them."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["function", "class", "other"]
Lines = tuple[int, int]
"""The first and the last line, both included."""


@dataclass(frozen=True, slots=True)
class Block:
    """All numbers are zero-based lines, the last one included.

    `first`: where its decorators and attributes begin. `header` to `header_last`: from its name to what opens the body.
    `doc`: its documentation, a docstring or a comment above it, which lies outside of `first` to `last`. `empty`: the
    body does nothing yet. `parent`: the index in the outline of the block that it stands in.
    """

    kind: Kind
    name: str
    first: int
    header: int
    header_last: int
    last: int
    empty: bool = False
    doc: Lines | None = None
    parent: int | None = None

    @property
    def documented(self) -> bool:
        return self.doc is not None

    @property
    def top(self) -> int:
        """Where it begins with its documentation."""
        return min(self.first, self.doc[0]) if self.doc else self.first

    def covers(self, first: int, last: int) -> bool:
        return self.first <= first and last <= self.last


@dataclass(frozen=True, slots=True)
class Outline:
    """`blocks` in the order of their first lines, so that a parent comes before what it holds. `exact`: a grammar has
    said so, and not the look of the lines."""

    blocks: tuple[Block, ...] = ()
    imports: tuple[Lines, ...] = ()
    exact: bool = False

    def holding(self, lines: Lines) -> tuple[Block, ...]:
        """The blocks that hold all of these lines, the outermost first."""
        return tuple(block for block in self.blocks if block.covers(*lines))

"""Source code as the core sees it: files, places in them, what is wrong there, edits.

Lines are zero-based and characters are code points, whatever the client counts in: the LSP edge converts both ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Position:
    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Span:
    """`end` is exclusive. A bare place is an empty span."""

    start: Position
    end: Position

    @property
    def empty(self) -> bool:
        return self.start == self.end

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line that it touches; one that ends at the beginning of a line does not touch it."""
        start, end = self.start, self.end
        return start.line, end.line - 1 if end.character == 0 and end.line > start.line else end.line


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A document as it was when the request began. `name` is what a model is told: the path relative to its workspace
    folder. `language` is LSP's language id. `lines` keep their line ends; the last one has none and may be empty."""

    uri: str
    name: str
    language: str
    lines: Sequence[str]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Related:
    """What a diagnostic points to elsewhere. `name` is the file's, as a model is told it; `line` is zero-based."""

    name: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What another tool says is wrong; `code` and `source` may be empty. `suggestion`: new text for its lines, where a
    review has one."""

    span: Span
    message: str
    severity: Severity = Severity.ERROR
    code: str = ""
    source: str = ""
    related: tuple[Related, ...] = ()
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Puts `text` in the place of `span`. Several edits of one file never overlap, and all speak of the old text."""

    span: Span
    text: str

"""What may change, what for, and how it is said that an answer cannot be used."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from inhouse.domain.code import SourceFile, Span


class Intent(Enum):
    """What was asked for. It decides what an answer may do to the code that is there."""

    REWRITE = auto()
    FIX = auto()
    DOCUMENT = auto()
    """Only comments and docstrings may differ."""
    COMPLETE = auto()
    """What stands there stays; the body is new."""
    WHOLE_FILE = auto()
    """A new file, or one that gets something added, such as tests. `span` is all of it."""


@dataclass(frozen=True, slots=True)
class Region:
    """`span` is whole lines, with or without the last one's end, or parts of some. Nothing outside it ever changes."""

    file: SourceFile
    span: Span
    intent: Intent


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an answer makes no edit: one sentence for the user."""

    reason: str


class SyntaxCheck(Protocol):
    """A grammar's judgement; None where there is none for the language."""

    def errors(self, text: str, language: str) -> int | None:
        """How many places cannot be parsed."""
        ...

    def code_tokens(self, text: str, language: str) -> tuple[str, ...] | None:
        """The tokens without comments and docstrings."""
        ...

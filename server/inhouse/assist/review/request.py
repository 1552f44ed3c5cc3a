"""What is to be reviewed, and what is heard of it."""

from dataclasses import dataclass

from inhouse.domain.code import SourceFile
from inhouse.domain.events import Event
from inhouse.domain.findings import Finding, Report, Skipped
from inhouse.domain.project import ProjectText


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """`project` is what the project says of itself, `rules` what it wants to be looked for in this file."""

    file: SourceFile
    project: tuple[ProjectText, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """`model` is an id, or None for the one of the settings. With `embedded_stands_in`, the embedded model may do it
    when the one that was meant cannot be reached."""

    id: str
    files: tuple[ReviewedFile, ...]
    skipped: tuple[Skipped, ...] = ()
    model: str | None = None
    embedded_stands_in: bool = False


@dataclass(frozen=True, slots=True)
class PartBegun:
    """One of so many parts of all files, as far as is known by now; `done` before it."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Found:
    """After each part: the findings so far that are worth being shown, the worst first."""

    findings: tuple[Finding, ...]


Step = Event | PartBegun | Found | Report
"""What is heard of a review under way; the report is the last."""

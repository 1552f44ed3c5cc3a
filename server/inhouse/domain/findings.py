"""What a review finds, and how much it has read (interface §4.3)."""

from dataclasses import dataclass
from enum import StrEnum


class FindingSeverity(StrEnum):
    """The worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Category(StrEnum):
    BUG = "bug"
    SECURITY = "security"
    CONCURRENCY = "concurrency"
    PERFORMANCE = "performance"
    API = "api"
    TESTS = "tests"
    DOCS = "docs"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with whole lines of a file, from `first` to `last` (zero-based, both included).

    `suggestion` is the new text of these lines. `confidence` is between 0 and 1. `fingerprint` stays the same while the
    lines do, wherever in the file they go.
    """

    uri: str
    first: int
    last: int
    severity: FindingSeverity
    category: Category
    title: str
    explanation: str
    confidence: float
    fingerprint: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out on purpose. `path` is its name as a model would be told it."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotReviewed:
    """What could not be reviewed of a file: so many of its parts, and why as a sentence."""

    path: str
    hunks: int
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`files` and `hunks` were reviewed. The parts that a whole file is asked in count as hunks."""

    files: int = 0
    hunks: int = 0
    skipped: tuple[Skipped, ...] = ()
    not_reviewed: tuple[NotReviewed, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many findings were left out: they point elsewhere, are unsure, say the same as another, are too many."""

    out_of_diff: int = 0
    low_confidence: int = 0
    duplicate: int = 0
    over_limit: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """`model` is the id of the one that reviewed; empty, as `backend` is, where none has. `findings`: the worst
    first."""

    model: str
    backend: str
    findings: tuple[Finding, ...]
    coverage: Coverage
    dropped: Dropped

"""What is to be done with which code, and what comes of it."""

from dataclasses import dataclass

from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic, SourceFile, Span, TextEdit
from inhouse.domain.events import Event
from inhouse.domain.project import ProjectText


@dataclass(frozen=True, slots=True)
class TestTarget:
    """Where tests go: a file that is there, which may be the tested one itself, or one that is to be made."""

    file: SourceFile
    exists: bool
    framework: str = ""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """`span` is what may change, or what is asked about; of tests, what is tested, and `tests` says where they go.
    `model` is an id, or None for the default. `project` is what the project says of itself. With `embedded_stands_in`,
    the embedded model may do it when the one that was meant cannot be reached."""

    id: str
    kind: ActionKind
    file: SourceFile
    span: Span
    instruction: str = ""
    diagnostic: Diagnostic | None = None
    model: str | None = None
    tests: TestTarget | None = None
    project: tuple[ProjectText, ...] = ()
    embedded_stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """What changes in `file`; nothing where the model leaves it as it is. `model` is the id of the one that answered.
    `creates`: the file is not there yet."""

    file: SourceFile
    edits: tuple[TextEdit, ...]
    answer: str
    model: str
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer that cannot be put into the code; `reason` is a sentence for the user."""

    reason: str
    answer: str
    model: str


@dataclass(frozen=True, slots=True)
class Told:
    """An answer to be read."""

    answer: str
    model: str


Outcome = Edited | Unusable | Told

Step = Event | Outcome
"""What is heard of an action under way; the outcome is the last."""

"""Reading a file that is to be part of a prompt."""

from dataclasses import dataclass
from pathlib import Path

from inhouse.config.files import UnreadableError, read_text
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.markdown import fenced
from inhouse.workspace.exclude import Excludes, real_path


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is the path as the model is told it: relative to the root where it lies inside."""

    name: str
    text: str

    def as_block(self) -> str:
        return f"{self.name}\n{fenced(self.text)}"


def read_attachment(path: Path, root: Path, excludes: Excludes) -> Attachment:
    """A regular file of UTF-8 text, at most 1 MB. Raises with one sentence for anything else, and for what is
    excluded."""
    name = sendable_name(path, root, excludes)
    try:
        found = read_text(path)
    except UnreadableError as exc:
        raise _refused(name, str(exc)) from None
    if found is None:
        raise _refused(name, "does not exist")
    if "\0" in found[0]:
        raise _refused(name, "is not text")
    return Attachment(name, found[0])


def sendable_name(path: Path, root: Path, excludes: Excludes) -> str:
    """The name of a file as the model is told it, whether the file exists or not. Raises for one that is excluded."""
    name = _name(path, root)
    if excludes.matches(path, root):
        raise InhouseError(
            kind=ErrorKind.POLICY,
            message=f"{name} is never sent: it matches privacy.exclude or a built-in pattern for secrets.",
            hint="Copy what you need of it into another file.",
        )
    return name


def _name(path: Path, root: Path) -> str:
    spellings = ((path.absolute(), root), (real_path(path), real_path(root)))
    inside = (each.relative_to(base).as_posix() for each, base in spellings if each.is_relative_to(base))
    name = next(inside, path.name)
    return "".join(char if char.isprintable() else "?" for char in name)


def _refused(name: str, why: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=f"The file {name} {why}.",
        hint="Attach text files of at most 1 MB.",
    )

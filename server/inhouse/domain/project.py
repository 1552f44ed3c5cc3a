"""What a project says about itself to whoever works on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProjectText:
    """`name` is the file's, relative to its workspace folder. Anybody who can commit may have written the text."""

    name: str
    text: str

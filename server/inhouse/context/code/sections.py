"""What a model is shown of the code around a place, in an order that stays the same.

The file's name, its imports and its outline change least from one request to the next, so they come first: a server
that caches the beginnings of prompts has them already.
"""

from dataclasses import dataclass
from enum import StrEnum

from inhouse.context.syntax.languages import canonical
from inhouse.domain.markdown import fenced


class SectionKind(StrEnum):
    FILE = "file"
    IMPORTS = "imports"
    OUTLINE = "outline"
    OTHER = "other"
    BEFORE = "before"
    SELECTED = "selected"
    AFTER = "after"


_TITLES = {
    SectionKind.IMPORTS: "Imports:",
    SectionKind.OUTLINE: "Outline of the rest of the file:",
    SectionKind.BEFORE: "Code before:",
    SectionKind.SELECTED: "Selected code:",
    SectionKind.AFTER: "Code after:",
}


@dataclass(frozen=True, slots=True)
class Section:
    r"""`name` is the file's. The text has `\n` as its line ends."""

    kind: SectionKind
    text: str
    name: str
    language: str

    def render(self) -> str:
        if self.kind is SectionKind.FILE:
            return f"File: {self.name} ({self.language})" if self.language else f"File: {self.name}"
        title = _TITLES.get(self.kind, f"From {self.name}:")
        return f"{title}\n{fenced(self.text, canonical(self.language))}"


@dataclass(frozen=True, slots=True)
class CodeContext:
    """`left_out`: what there was no room for, as `imports`, `outline`, or another file's name. `tokens` is the size of
    the whole as it was measured."""

    sections: tuple[Section, ...]
    left_out: tuple[str, ...]
    tokens: int

    def render(self) -> str:
        return render(self.sections)


def render(sections: tuple[Section, ...]) -> str:
    return "\n\n".join(section.render() for section in sections)

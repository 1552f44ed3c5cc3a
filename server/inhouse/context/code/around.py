r"""The text of a place and of the lines around it, with `\n` as line ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from inhouse.context.syntax.blocks import Lines
from inhouse.domain.code import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Around:
    """`head` and `tail` are what stands on the place's own lines before and behind it."""

    lines: Sequence[str]
    place: Lines
    head: str
    selected: str
    tail: str

    @classmethod
    def of(cls, file: SourceFile, span: Span) -> Self:
        lines = [line.rstrip("\r\n") for line in file.lines]
        lines[:1] = [line.removeprefix("\ufeff") for line in lines[:1]]
        first, last = span.lines
        start = span.start.character
        end = span.end.character if span.end.line == last else len(lines[last])
        head, tail = lines[first][:start], lines[last][end:]
        if first == last:
            selected = lines[first][start:end]
        else:
            selected = "\n".join([lines[first][start:], *lines[first + 1 : last], lines[last][:end]])
        if selected and not head.strip():  # so that its indentation is seen
            head, selected = "", head + selected
        return cls(lines, (first, last), head, selected, tail if tail.strip() or not selected else "")

    def before(self, first: int) -> str:
        """From this line on."""
        above = "".join(f"{line}\n" for line in self.lines[first : self.place[0]])
        return above + self.head

    def after(self, last: int) -> str:
        """Up to this line."""
        below = self.lines[self.place[1] + 1 : last + 1]
        return "\n".join([self.tail, *below] if self.tail or not self.selected else below).rstrip()

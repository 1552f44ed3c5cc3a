"""A chat document, read: whose turns it has, where they are, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.context.chat_document import front_matter
from inhouse.context.chat_document.fences import Fences
from inhouse.context.chat_document.marks import YOU, Ending, ending, speaker, unescaped

SUFFIX = ".chat.md"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says. Lines are zero-based; `end` is the next turn's heading, or the document's length.

    `heading` is None for a question that stands before the first heading. `last` is the last line that is not blank,
    and None for an empty turn. `text` is what was meant: without escapes, and without the mark of an answer that is not
    whole, which is `ending`. `open_fence` ends the code block that the turn leaves open.
    """

    speaker: str
    heading: int | None
    end: int
    last: int | None
    text: str
    ending: Ending | None
    open_fence: str

    @property
    def is_question(self) -> bool:
        return self.speaker == YOU


@dataclass(frozen=True, slots=True)
class ChatDocument:
    """`front` is the number of lines that the front matter takes, fences included."""

    front: int
    turns: tuple[Turn, ...]

    def question(self, line: int | None = None) -> Turn | None:
        """The last turn of the user's, or the last one that begins at `line` or above."""
        found = [turn for turn in self.turns if turn.is_question and (line is None or (turn.heading or 0) <= line)]
        return found[-1] if found else None


def parse(lines: Sequence[str]) -> ChatDocument:
    """Reads any text; what is wrong with its front matter is told by `front_matter.read`."""
    front = front_matter.length(lines)
    sections = [_Section(YOU, None)]
    for number in range(front, len(lines)):
        line = lines[number].rstrip("\r\n")
        is_code = sections[-1].fences.is_code(line)
        name = None if is_code else speaker(line)
        if name is None:
            sections[-1].add(number, line, is_code=is_code)
        else:
            sections.append(_Section(name, number))
    ends = [*(section.heading or 0 for section in sections[1:]), len(lines)]
    turns = tuple(section.turn(end) for section, end in zip(sections, ends, strict=True))
    return ChatDocument(front, turns if _asks(turns) else turns[1:])


def _asks(turns: tuple[Turn, ...]) -> bool:
    """Whether what stands before the first heading is a question; before one of the user's it is a title or a note."""
    return turns[0].last is not None and (len(turns) == 1 or not turns[1].is_question)


class _Section:
    """The lines under one heading, as they are read."""

    def __init__(self, name: str, heading: int | None) -> None:
        self.heading = heading
        self.fences = Fences()
        self._name = name
        self._lines: list[str] = []
        self._last: int | None = None
        self._ending: Ending | None = None  # of the last line that is not blank
        self._kept = 0  # how many lines there are without that line

    def add(self, number: int, line: str, *, is_code: bool) -> None:
        if line.strip():
            self._last = number
            self._ending = None if is_code or self._name == YOU else ending(line)
            self._kept = len(self._lines)
        self._lines.append(line if is_code else unescaped(line))

    def turn(self, end: int) -> Turn:
        kept = self._lines if self._ending is None else self._lines[: self._kept]
        return Turn(
            speaker=self._name,
            heading=self.heading,
            end=end,
            last=self._last,
            text=_without_blank_ends(kept),
            ending=self._ending,
            open_fence=self.fences.closing,
        )


def _without_blank_ends(lines: Sequence[str]) -> str:
    said = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[said[0] : said[-1] + 1]).rstrip() if said else ""

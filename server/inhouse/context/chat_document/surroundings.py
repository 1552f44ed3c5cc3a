"""What goes into the document around an answer: where it goes, what comes before it and what behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.context.chat_document.document import Turn
from inhouse.context.chat_document.marks import YOU, heading, speaker
from inhouse.domain.code import Position


@dataclass(frozen=True, slots=True)
class Heading:
    """The text that begins a turn, with the blank lines around it."""

    text: str


def place_after(turn: Turn, lines: Sequence[str]) -> Position:
    """Where the answer goes: the end of the question's last line."""
    line = turn.last or 0
    return Position(line, len(lines[line].rstrip()))


def opening(turn: Turn, model: str) -> Heading:
    """All that goes between the question and the answer's first word."""
    fence = f"\n{turn.open_fence}" if turn.open_fence else ""
    return Heading(f"{fence}\n\n{heading(_one_line(model))}\n\n")


def closing(lines: Sequence[str], place: Position) -> Heading:
    """All that goes behind the answer: the heading of the next question, unless a turn follows in the document."""
    behind = lines[place.line][place.character :]
    below = range(place.line + 1, len(lines))
    following = next((number for number in below if lines[number].strip()), None)
    if not behind.strip() and following is not None and speaker(lines[following].rstrip("\r\n")) is not None:
        return Heading("\n" if following == place.line + 1 else "")
    ends_line = not behind.strip() and behind.endswith(("\n", "\r"))
    return Heading(f"\n\n{heading(YOU)}\n" + ("" if ends_line else "\n"))


def _one_line(name: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())

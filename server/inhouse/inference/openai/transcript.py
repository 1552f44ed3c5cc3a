"""A conversation as plain text, for models that have no chat template, and their answer read back.

    You are a helpful programming assistant. …       (or the system messages)

    ### User:
    What does this do?

    ### Assistant:

Every model that has read Markdown can go on with that. The markers are the answer's stop texts; servers that ignore
those are cut off here. Tools are not offered; results of earlier calls are shown as what the user says.
"""

from collections.abc import Iterable

from inhouse.domain.conversation import Message, Role
from inhouse.domain.errors import ErrorKind, InhouseError, Refusal
from inhouse.domain.events import TextDelta
from inhouse.inference.text_filter import Piece, TextFilter, held_back
from inhouse.inference.turns import Returned, Spoken, Turn, turns

STOPS = ("\n### User:", "\n### Assistant:")

_SYSTEM = (
    "You are a helpful programming assistant. Below, a user asks and the assistant answers, briefly and to the point."
)
_USER = "### User:"
_ECHOES = ("### Assistant:", "Assistant:")


def transcript(messages: Iterable[Message]) -> str:
    """Ends where the answer begins. System messages go first, wherever they stand. Raises `unsupported` for images."""
    system: list[str] = []
    said: list[str] = []
    for turn in turns(messages):
        if isinstance(turn, Spoken) and turn.role is Role.SYSTEM:
            system.append(turn.text)
        else:
            said.append(_said(turn))
    return "\n\n".join(filter(None, (*(system or [_SYSTEM]), *said, "### Assistant:\n")))


def _said(turn: Turn) -> str:
    if isinstance(turn, Returned):
        return f"### User:\nThe result of {turn.name or 'the tool'}:\n{turn.content}"
    if turn.images:
        raise InhouseError(
            kind=ErrorKind.UNSUPPORTED,
            message="A model without a chat template cannot read images.",
            hint="Leave the images out, or pick a model that reads images.",
            refused=Refusal.IMAGES,
        )
    speaker = "Assistant" if turn.role is Role.ASSISTANT else "User"
    return f"### {speaker}:\n{turn.text}" if turn.text else ""


class RawAnswer(TextFilter):
    """The assistant's part alone: without white space or an echoed marker before it, and up to the next marker."""

    def __init__(self) -> None:
        self._begun = False
        self._held = ""

    def feed(self, text: str) -> list[Piece]:
        if self.ended:
            return []
        self._held += text
        if not self._begun and not self._begin():
            return []
        at = min((at for stop in STOPS if (at := self._held.find(stop)) >= 0), default=-1)
        if at >= 0:
            self.ended = True
            return self._told(len(self._held[:at].rstrip("\n")))
        return self._told(len(self._held) - self._open_end())

    def close(self, *, cut: bool) -> list[Piece]:
        del cut
        return [] if self.ended else self._told(len(self._held))

    def _begin(self) -> bool:
        """Drops white space and echoes; whether what is left is the answer's beginning for certain."""
        self._held = self._held.lstrip()
        while echo := next((echo for echo in _ECHOES if self._held.startswith(echo)), None):
            self._held = self._held.removeprefix(echo).lstrip()
        if not self._held or any(mark.startswith(self._held) for mark in (*_ECHOES, _USER)):
            return False
        self.ended = self._held.startswith(_USER)
        self._begun = True
        return not self.ended

    def _open_end(self) -> int:
        """How much at the end may belong to a marker, line ends before it included."""
        keep = max(held_back(self._held, stop) for stop in STOPS)
        before = self._held[: len(self._held) - keep]
        return len(self._held) - len(before.rstrip("\n")) if keep else 0

    def _told(self, length: int) -> list[Piece]:
        said, self._held = self._held[:length], self._held[length:]
        return [TextDelta(said)] if said else []

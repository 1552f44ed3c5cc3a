"""What a streamed text goes through before it is told: each filter may hold some of it back for a while."""

from collections.abc import Iterable

from inhouse.domain.events import TextDelta, ThinkingDelta, ToolCall

Piece = TextDelta | ThinkingDelta | ToolCall


class TextFilter:
    """However a text is cut, what comes out is the same, in the same order.

    `passive`: from now on every text would pass unchanged. `ended`: the answer is over, whatever else comes.
    `leaves`: once it has ended, nothing else that comes is waited for, the server's count of tokens included.
    `notice`: something to tell about the answer when it is whole.
    """

    passive = False
    ended = False
    leaves = False
    notice: str | None = None

    def feed(self, text: str) -> list[Piece]:
        raise NotImplementedError

    def close(self, *, cut: bool) -> list[Piece]:
        """What is held back; `cut` when the answer ends in the middle."""
        raise NotImplementedError


def through(filters: Iterable[TextFilter], pieces: list[Piece]) -> list[Piece]:
    """What becomes of `pieces` on their way through all filters."""
    for each in filters:
        pieces = [
            after for piece in pieces for after in (each.feed(piece.text) if isinstance(piece, TextDelta) else [piece])
        ]
    return pieces


def closed(filters: Iterable[TextFilter], *, cut: bool) -> list[Piece]:
    """What all filters hold back, when the answer ends here."""
    pieces: list[Piece] = []
    for each in filters:
        pieces = through((each,), pieces) + each.close(cut=cut)
    return pieces


def held_back(text: str, mark: str) -> int:
    """How many characters at the end of `text` may be the beginning of `mark`."""
    for length in range(min(len(text), len(mark) - 1), 0, -1):
        if mark.startswith(text[-length:]):
            return length
    return 0

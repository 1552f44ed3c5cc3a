"""What a model fills in, as it streams: without echoed markers before it, and up to whatever ends it."""

from inhouse.domain.events import TextDelta
from inhouse.inference.text_filter import Piece, TextFilter, held_back


class FilledIn(TextFilter):
    """Servers that ignore stop texts, or take only some of them, are cut off here. `echoes` are dropped where the
    answer begins with them."""

    leaves = True

    def __init__(self, ends: tuple[str, ...], echoes: tuple[str, ...] = ()) -> None:
        self._ends = tuple(filter(None, ends))
        self._echoes = echoes
        self._begun = not echoes
        self._held = ""

    def feed(self, text: str) -> list[Piece]:
        if self.ended:
            return []
        self._held += text
        if not self._begun and not self._begin():
            return []
        at = min((at for end in self._ends if (at := self._held.find(end)) >= 0), default=-1)
        if at >= 0:
            self.ended = True
            return self._told(at)
        return self._told(len(self._held) - max((held_back(self._held, end) for end in self._ends), default=0))

    def close(self, *, cut: bool) -> list[Piece]:
        del cut
        return [] if self.ended else self._told(len(self._held))

    def _begin(self) -> bool:
        """Whether what is held is the answer's beginning for certain."""
        while echo := next((echo for echo in self._echoes if self._held.startswith(echo)), None):
            self._held = self._held.removeprefix(echo)
        if any(echo.startswith(self._held) for echo in self._echoes):
            return False
        self._begun = True
        return True

    def _told(self, length: int) -> list[Piece]:
        said, self._held = self._held[:length], self._held[length:]
        return [TextDelta(said)] if said else []

"""Thinking that a server leaves in the text: `<think>…</think>` at the very beginning of an answer."""

from inhouse.domain.events import TextDelta, ThinkingDelta
from inhouse.inference.text_filter import Piece, TextFilter, held_back

OPEN, CLOSE = "<think>", "</think>"

_MOST_SPACE = 64
"""Characters of white space that may come before the tag."""


class InlineThinking(TextFilter):
    """A tag anywhere else stays text. `opened`: the chat template ends with the tag, so the answer begins inside."""

    def __init__(self, *, opened: bool) -> None:
        self._opened = opened
        self._held = ""
        self._inside = False
        self._begun = False
        self._closed = False

    def feed(self, text: str) -> list[Piece]:
        if self.passive:
            return [TextDelta(text)] if text else []
        self._held += text
        if not self._inside and not self._closed and not self._enter():
            return self._all_text() if self.passive else []
        found: list[Piece] = self._thinking() if self._inside else []
        if self._closed and (rest := self._held.lstrip()):
            self._held = rest
            found += self._all_text()
        return found

    def close(self, *, cut: bool) -> list[Piece]:
        """What is held back at the end of the answer."""
        del cut
        if self.passive or self._closed:
            return []
        if self._inside or (self._opened and self._held.strip()):
            return [ThinkingDelta(self._held)] if self._held else []
        return self._all_text()

    def _enter(self) -> bool:
        """Whether the answer has begun with thinking; `passive` if it never will."""
        rest = self._held.lstrip()
        if len(self._held) - len(rest) > _MOST_SPACE:
            self.passive = not self._opened
            self._inside = self._opened
        elif rest.startswith(OPEN):
            self._inside = True
            self._held = rest.removeprefix(OPEN)
        elif not OPEN.startswith(rest):
            self.passive = not self._opened
            self._inside = self._opened
        return self._inside

    def _thinking(self) -> list[Piece]:
        if not self._begun:
            self._held = self._held.lstrip()
            if not self._held:
                return []
        before, tag, after = self._held.partition(CLOSE)
        if tag:
            self._inside, self._closed, self._held = False, True, after
        else:
            keep = held_back(self._held, CLOSE)
            before, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        self._begun = self._begun or bool(before)
        return [ThinkingDelta(before)] if before else []

    def _all_text(self) -> list[Piece]:
        self.passive = True
        rest, self._held = self._held, ""
        return [TextDelta(rest)] if rest else []

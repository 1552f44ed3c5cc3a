"""`streamChat: end`: the answer in one edit, when it is whole or has been stopped."""

from collections.abc import Sequence

from inhouse.context.chat_document.surroundings import closing, opening
from inhouse.domain.code import Position
from inhouse.domain.events import Notice, Progress, ThinkingDelta
from inhouse.lsp.chat_document.one_edit import insert_once
from inhouse.lsp.chat_document.target import Target


class AtEnd:
    """A `Delivery`. One edit is one step of undo, in every editor."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._text: list[str] = []

    async def begin(self, model: str) -> None:
        self._text = [opening(self._target.question, model).text]

    async def text(self, text: str) -> None:
        self._target.stages.piece()
        self._text.append(text)

    async def aside(self, event: Progress | Notice | ThinkingDelta) -> None:
        self._target.tell(event)

    async def end(self) -> None:
        await insert_once(self._target, self._target.document.lines, self._target.place, self._words)

    def _words(self, lines: Sequence[str], place: Position) -> str:
        return "".join(self._text) + closing(lines, place).text

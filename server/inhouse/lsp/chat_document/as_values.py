"""`streamChat: progress`: the answer as values on the client's token, which it inserts at a mark of its own."""

from inhouse.assist.shapes import event_value
from inhouse.context.chat_document.surroundings import Heading, closing, opening
from inhouse.domain.events import Event, Notice, Progress, TextDelta, ThinkingDelta
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.params import Token


class AsValues:
    """A `Delivery`. A heading comes first and last; what comes before the first waits for it."""

    def __init__(self, target: Target, token: Token) -> None:
        self._target = target
        self._token = token
        self._begun = False
        self._early: list[Event] = []

    async def begin(self, model: str) -> None:
        self._begun = True
        await self._send(opening(self._target.question, model))
        for event in self._early:
            await self._send(event)

    async def text(self, text: str) -> None:
        self._target.stages.piece()
        await self._send(TextDelta(text))

    async def aside(self, event: Progress | Notice | ThinkingDelta) -> None:
        match event:
            case Progress():
                self._target.stages.enter(event)
            case Notice() | ThinkingDelta() if not self._begun:
                self._early.append(event)
            case Notice() | ThinkingDelta():
                await self._send(event)

    async def end(self) -> None:
        """In the document as it was when the question was sent: by now it holds some of the answer itself."""
        await self._send(closing(self._target.document.lines, self._target.place))

    async def _send(self, what: Heading | Event) -> None:
        heading = isinstance(what, Heading)
        value = {"kind": "heading", "text": what.text} if heading else event_value(what)
        self._target.client.progress(self._token, value)
        await self._target.client.drained()

"""The answer to a chat document's question: from a model's events to text that goes into the document."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Protocol

from inhouse.assist import chat
from inhouse.assist.asking import FILTERED
from inhouse.assist.session import Session
from inhouse.context.chat_document.answer_text import AnswerText
from inhouse.context.chat_document.marks import Ending, mark
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, Notice, Progress, TextDelta, ThinkingDelta

_NOT_WHOLE = {
    FinishReason.LENGTH: (Ending.CUT, "The answer reached its limit of tokens."),
    FinishReason.CONTENT_FILTER: (Ending.FAILED, FILTERED),
}


_LAST_SECONDS = 5.0
"""For the end of a stopped answer to get into the document: an editor may never answer."""

_log = logging.getLogger(__name__)


class Delivery(Protocol):
    """How an answer gets into the document of one client. `begin` comes once, before the first text; without it
    nothing else comes but `aside`."""

    async def begin(self, model: str) -> None: ...

    async def text(self, text: str) -> None: ...

    async def aside(self, event: Progress | Notice | ThinkingDelta) -> None:
        """What a person is told of, and what is not part of the document."""
        ...

    async def end(self) -> None:
        """The answer is as it stays; the next question's heading follows."""
        ...


async def answer(session: Session, request: ChatRequest, delivery: Delivery) -> Finished:
    """Asks, and delivers what comes. When this is cancelled or fails after the first text, that text stays, marked;
    before it the document stays as it is. Raises what the chat raises, and what the delivery does."""
    writer = _Writer(delivery)
    try:
        async with chat.stream(session, request) as events:
            async for event in events:
                await writer.take(event)
    except asyncio.CancelledError:
        await _in_spite_of_cancelling(writer.break_off(Ending.STOPPED))
        raise
    except InhouseError as exc:
        await writer.break_off(Ending.FAILED, exc.message)
        raise
    return await writer.finish()


class _Writer:
    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._writing = AnswerText()
        self._model = ""
        self._begun = False
        self._finished: Finished | None = None

    async def take(self, event: Event) -> None:
        match event:
            case TextDelta(text):
                await self._tell(self._writing.add(text))
            case Progress():
                self._model = event.model
                await self._delivery.aside(event)
            case Notice() | ThinkingDelta():
                await self._delivery.aside(event)
            case Finished():
                self._finished = event
            case _:  # a call of a tool: none was offered
                pass

    async def finish(self) -> Finished:
        await self._tell(self._writing.end())
        finished = self._finished
        if finished is None or not self._begun:
            raise InhouseError(
                kind=ErrorKind.BAD_RESPONSE,
                message=f"{self._model} answered without any text.",
                hint="Send the question again, or to another model.",
            )
        if finished.finish_reason in _NOT_WHOLE:
            await self._mark(*_NOT_WHOLE[finished.finish_reason])
        await self._delivery.end()
        return finished

    async def break_off(self, how: Ending, why: str = "") -> None:
        await self._tell(self._writing.end())
        if self._begun:
            await self._mark(how, why)
            await self._delivery.end()

    async def _mark(self, how: Ending, why: str) -> None:
        await self._tell(f"\n\n{mark(how, why)}")

    async def _tell(self, text: str) -> None:
        if text and not self._begun:
            self._begun = True
            await self._delivery.begin(self._model)
        if text:
            await self._delivery.text(text)


async def _in_spite_of_cancelling(work: Coroutine[object, object, None]) -> None:
    """To its end, also when the one who waits is cancelled once more (a second press of Stop)."""
    task = asyncio.create_task(asyncio.wait_for(work, _LAST_SECONDS))
    try:
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await task
    except TimeoutError:
        _log.warning("the editor did not take the end of a stopped answer")

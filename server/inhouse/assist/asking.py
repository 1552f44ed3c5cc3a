"""A whole answer asked for: with less in the prompt where that turns out too long, and its text put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

from inhouse.assist import chat
from inhouse.assist.session import Session
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, TextDelta, ThinkingDelta

MOST_TRIES = 3
"""Of a prompt that turns out too long, each with half the room of the one before."""

FILTERED = "The backend's content filter ended the answer."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of an answer that has come to its end."""

    text: str
    finished: Finished

    @property
    def cut(self) -> bool:
        """It has reached its limit of tokens."""
        return self.finished.finish_reason is FinishReason.LENGTH

    @property
    def filtered(self) -> bool:
        """The backend's content filter has ended it."""
        return self.finished.finish_reason is FinishReason.CONTENT_FILTER


async def answer(session: Session, request: ChatRequest, stack: AsyncExitStack) -> AsyncIterator[Event | Answer]:
    """What is heard of it, `Answer` last and in the place of `Finished`. The generation lives on `stack`. Raises what
    chat.stream does."""
    text: list[str] = []
    async for event in await stack.enter_async_context(chat.stream(session, request)):
        if isinstance(event, TextDelta):
            text.append(event.text)
        yield Answer("".join(text), event) if isinstance(event, Finished) else event


async def halving(room: int, attempt: Callable[[int], AsyncIterator[T]], stack: AsyncExitStack) -> AsyncIterator[T]:
    """What is heard of an attempt with a prompt for `room` tokens of code; of one with half of that where the model
    does not take it."""
    for tries_left in reversed(range(MOST_TRIES)):
        begun = False
        try:
            async for step in attempt(room):
                begun = begun or isinstance(step, TextDelta | ThinkingDelta)
                yield step
        except InhouseError as exc:
            if exc.kind is not ErrorKind.CONTEXT_OVERFLOW or begun or not tries_left:
                raise
            await stack.aclose()
            room //= 2
        else:
            return

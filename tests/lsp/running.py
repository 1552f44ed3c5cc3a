"""A request under way, and its end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from lsprotocol import types

from tests.lsp.plain_json import JsonObject, PlainJsonProtocol

ANSWER_TIMEOUT = 60.0


class Pulse:
    """Beats when something has happened that a waiting test may care for."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Event] = set()

    def beat(self) -> None:
        for waiter in self._waiters:
            waiter.set()

    async def until(self, condition: Callable[[], bool], seconds: float = ANSWER_TIMEOUT) -> None:
        """Returns once the condition holds; raises TimeoutError."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    waiter.clear()
                    await waiter.wait()
        finally:
            self._waiters.remove(waiter)


@dataclass(frozen=True, slots=True)
class Chat:
    """A finished chat: the result, the partial values before it, and the values of work-done progress."""

    result: JsonObject
    partials: list[JsonObject]
    progress: list[JsonObject]

    @property
    def text(self) -> str:
        return "".join(value["text"] for value in self.partials if value["kind"] == "text")


@dataclass(frozen=True, slots=True)
class RunningRequest:
    """`partials` and `progress` grow as values arrive."""

    id: str
    answer: asyncio.Future[JsonObject]
    protocol: PlainJsonProtocol
    pulse: Pulse
    partials: list[JsonObject] = field(default_factory=list[JsonObject])
    progress: list[JsonObject] = field(default_factory=list[JsonObject])

    async def result(self, seconds: float = ANSWER_TIMEOUT) -> JsonObject:
        """The result; raises ResponseError, or TimeoutError."""
        return await asyncio.wait_for(asyncio.shield(self.answer), seconds)

    async def chat(self, seconds: float = ANSWER_TIMEOUT) -> Chat:
        return Chat(await self.result(seconds), self.partials, self.progress)

    async def partial(self, number: int, seconds: float = ANSWER_TIMEOUT) -> JsonObject:
        """The n-th partial value, once it is there; raises AssertionError when the answer ends before it."""
        await self.pulse.until(lambda: len(self.partials) >= number or self.answer.done(), seconds)
        assert len(self.partials) >= number, f"{len(self.partials)} partial values, then {self.answer}"
        return self.partials[number - 1]

    def cancel(self) -> None:
        """Sends `$/cancelRequest`; the answer is still to be awaited."""
        self.protocol.notify(types.CANCEL_REQUEST, types.CancelParams(id=self.id))

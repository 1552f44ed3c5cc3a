"""Who may go on at a backend that takes only so many requests at once: the more urgent, then who came first."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import IntEnum

from inhouse.domain.conversation import ChatRequest


class Urgency(IntEnum):
    """A smaller one goes first: a suggestion comes behind what was asked for, and titles and the like behind all."""

    CHAT = 0
    FILL = 1
    BACKGROUND = 2

    @classmethod
    def of(cls, request: ChatRequest) -> "Urgency":
        return cls.CHAT if request.purpose == "chat" else cls.BACKGROUND


class Slots:
    """`limit` requests at once. A smaller `urgency` goes first."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def locked(self) -> bool:
        """Whether who comes now has to wait."""
        return self._free == 0

    @asynccontextmanager
    async def slot(self, urgency: int) -> AsyncGenerator[None, None]:
        await self._take(urgency)
        try:
            yield
        finally:
            self._give()

    async def _take(self, urgency: int) -> None:
        if self._free > 0:
            self._free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._numbers), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it was given to us in the same moment
                self._give()
            raise

    def _give(self) -> None:
        while self._waiting:
            _, _, next_one = heapq.heappop(self._waiting)
            if not next_one.done():
                next_one.set_result(None)
                return
        self._free += 1

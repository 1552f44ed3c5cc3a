"""One request to a fake backend, and what became of its answer; for any thread and any event loop."""

import asyncio
from concurrent.futures import Future
from enum import Enum

from tests.fakes.wire import Request

PATIENCE = 10.0
"""Seconds after which a wait of a test has failed."""


class Outcome(Enum):
    """How an answer ended."""

    COMPLETE = "complete"
    CUT = "cut by the backend"
    CLOSED_BY_CLIENT = "closed by the client"
    STOPPED = "the fake was stopped"


class Exchange:
    """`sent` counts the pieces of the body that were written before the end."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.sent = 0
        self.ended: Future[Outcome] = Future()

    def outcome(self, seconds: float = PATIENCE) -> Outcome:
        """How the answer ended; raises TimeoutError when it goes on for so long."""
        return self.ended.result(seconds)

    async def outcome_async(self, seconds: float = PATIENCE) -> Outcome:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self.ended)), seconds)

    def closed_by_client(self, seconds: float = PATIENCE) -> bool:
        """True when the client closed before the answer's end; False when it ended otherwise or goes on."""
        try:
            return self.outcome(seconds) is Outcome.CLOSED_BY_CLIENT
        except TimeoutError:
            return False

    async def closed_by_client_async(self, seconds: float = PATIENCE) -> bool:
        try:
            return await self.outcome_async(seconds) is Outcome.CLOSED_BY_CLIENT
        except TimeoutError:
            return False

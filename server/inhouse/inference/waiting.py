"""Time limits on a backend's silence: on a request as a whole, and on an answer's first event."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Event


@asynccontextmanager
async def within(seconds: float, late: InhouseError) -> AsyncGenerator[None, None]:
    """Raises `late` where the block takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise late from None


async def begun_within(seconds: float, answer: AsyncIterator[Event], late: InhouseError) -> AsyncIterator[Event]:
    """The events of `answer`; raises `late` where the first takes longer. What comes later keeps its own time."""
    async with within(seconds, late):
        first = await anext(answer)
    yield first
    async for event in answer:
        yield event

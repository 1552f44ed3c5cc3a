"""Time limits on a backend's silence: on a request as a whole, and on an answer's first event."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar

from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Event

_limits: ContextVar[tuple[asyncio.Timeout, ...]] = ContextVar("limits", default=())
_hurried: ContextVar[bool] = ContextVar("hurried", default=False)


@asynccontextmanager
async def within(seconds: float, late: InhouseError) -> AsyncGenerator[None, None]:
    """Raises `late` where the block takes longer; what `for_a_person` waits for is not counted."""
    before = _limits.get()
    try:
        async with asyncio.timeout(seconds) as limit:
            _limits.set((*before, limit))
            try:
                yield
            finally:
                _limits.set(before)
    except TimeoutError:
        raise late from None


async def begun_within(seconds: float, answer: AsyncIterator[Event], late: InhouseError) -> AsyncIterator[Event]:
    """The events of `answer`; raises `late` where the first takes longer. What comes later keeps its own time."""
    async with within(seconds, late):
        first = await anext(answer)
    yield first
    async for event in answer:
        yield event


@contextmanager
def hurried() -> Generator[None]:
    """For an overview of all backends: it does not wait for people, who may be away, nor long for a slow server."""
    before = _hurried.get()
    _hurried.set(True)
    try:
        yield
    finally:
        _hurried.set(before)


def is_hurried() -> bool:
    """Whether an overview waits for this."""
    return _hurried.get()


@contextmanager
def for_a_person() -> Generator[bool]:
    """The limits around stand still while somebody has to answer: their silence is not the backend's.

    Yields whether whoever waits is in a hurry; then nothing stands still.
    """
    if _hurried.get():
        yield True
        return
    with standing_still():
        yield False


@contextmanager
def standing_still() -> Generator[None]:
    """For what has a limit of its own and is none of the backend's doing: the limits around go on afterwards."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    stopped = [(limit, when) for limit in _limits.get() if (when := limit.when()) is not None]
    for limit, _ in stopped:
        _move(limit, None)
    try:
        yield
    finally:
        for limit, when in stopped:
            _move(limit, when + loop.time() - began)


def _move(limit: asyncio.Timeout, when: float | None) -> None:
    with suppress(RuntimeError):  # it is over already, or about to be
        limit.reschedule(when)

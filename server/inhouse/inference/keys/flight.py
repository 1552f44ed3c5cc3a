"""Work that is done once for all who wait for it at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """`lingering` work goes on when nobody waits any more; other work is cancelled with its last waiter."""

    def __init__(self, *, lingering: bool = False) -> None:
        self._lingering = lingering
        self._flight: _Flight[T] | None = None

    async def join(self, start: Callable[[], Coroutine[object, object, T]]) -> T:
        """The result of the work under way, or of `start`'s if there is none."""
        flight = self._flight
        if flight is None or flight.task.done():
            flight = self._flight = _Flight(asyncio.create_task(start()))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 and not self._lingering:
                self._leave(flight)

    def _leave(self, flight: "_Flight[T]") -> None:
        flight.task.cancel()  # which does nothing to one that is done
        if self._flight is flight:
            self._flight = None

    async def aclose(self) -> None:
        """Cancel what is under way, and wait for its end."""
        flight, self._flight = self._flight, None
        if flight is not None:
            flight.task.cancel()
            await asyncio.wait({flight.task})


class _Flight(Generic[T]):
    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiting = 0
        task.add_done_callback(_look_at)


def _look_at(task: "asyncio.Task[T]") -> None:
    """A failure that nobody waits for any more is no bug to complain of."""
    if not task.cancelled():
        task.exception()

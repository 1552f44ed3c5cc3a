"""How long a stream may keep us waiting."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """Limits wait after wait of one stream with one timer, which looks when it fires whether the current wait is over
    its limit; `asyncio.timeout` makes and cancels a timer for each chunk, and that is a fifth of a chunk's cost."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._deadline = 0.0
        self._over = False

    async def wait(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Raises TimeoutError after `seconds`, and cancels what was awaited."""
        task = asyncio.current_task()
        assert task is not None
        cancelling = task.cancelling()
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._set_timer()
        self._waiting = task
        try:
            return await awaitable
        except asyncio.CancelledError:
            if self._over and task.uncancel() <= cancelling:  # else somebody else cancelled too
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return  # the next wait sets it again
        if self._loop.time() < self._deadline:
            self._set_timer()
        else:
            self._over = True
            self._waiting.cancel()

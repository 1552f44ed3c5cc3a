"""Frames out, without the event loop ever waiting for the client to read."""

import asyncio
import contextlib
import os
import select
import stat
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

LIMIT_BYTES = 64_000_000
"""Queued for a client that does not read; beyond this the client is given up."""

LOW_WATER_BYTES = 1_000_000
"""Below this a stream may go on reading its backend."""

BATCH_BYTES = 256 * 1024

BURST_SECONDS = 0.001
"""Frames that follow one another faster than this are gathered until the loop's next turn."""

PIPE_BUF = 4096 if sys.platform == "win32" else select.PIPE_BUF
"""A pipe or socket that polls as writable takes this many bytes without blocking (POSIX, pipe(7))."""


class FrameWriter:
    """Writes to a file descriptor: at once where that cannot block, else from a thread of its own.

    The direct way spares a stream two thread switches a chunk. Of a burst the first frame goes at once and the others
    together, with a tenth of the system calls. `write`, `drained` and `close` belong to the loop; `on_failure` is
    called in it, once, with the reason.
    """

    def __init__(self, fd: int, on_failure: Callable[[str], None], *, limit: int = LIMIT_BYTES) -> None:
        self._fd = fd
        self._on_failure = on_failure
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._burst: list[bytes] = []
        self._last = 0.0  # when something was written, on the monotonic clock
        self._frames: deque[bytes] = deque()
        self._queued = 0  # bytes not yet written; the thread owns the descriptor while this is not 0
        self._failed = False
        self._closing = False
        self._changed = threading.Condition()
        self._ended = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._poll = _poll(fd)
        self._thread = threading.Thread(target=self._run, name="lsp-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        if self._failed or self._closing:
            return
        if self._burst:
            self._burst.append(data)
        elif time.monotonic() - self._last < BURST_SECONDS:
            self._burst.append(data)
            self._loop.call_soon(self._end_burst)
        else:
            self._put(data)

    async def drained(self) -> None:
        """Returns at once unless the client lags by more than the low-water mark."""
        while self._queued > LOW_WATER_BYTES and not self._failed:
            future = self._loop.create_future()
            self._waiting.append(future)
            await future

    async def close(self, *, within: float) -> None:
        """Write what is queued, for at most `within` seconds, and write no more after that."""
        self._end_burst()
        with self._changed:
            self._closing = True
            self._changed.notify()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._ended.wait()

    def _end_burst(self) -> None:
        frames, self._burst = self._burst, []
        if frames:
            self._put(b"".join(frames))

    def _put(self, data: bytes) -> None:
        self._last = time.monotonic()
        rest = data if self._queued else self._write_directly(data)
        if not rest or self._failed:
            return
        with self._changed:
            overflow = self._queued > self._limit
            if not overflow:
                self._frames.append(rest)
                self._queued += len(rest)
                self._changed.notify()
        if overflow:
            self._fail(f"the client does not read; {self._limit} bytes are waiting for it")

    def _write_directly(self, data: bytes) -> bytes:
        """Writes as much as cannot block, and returns the rest."""
        at = 0
        try:
            while at < len(data) and self._poll is not None and self._poll.poll(0):
                at += os.write(self._fd, data[at : at + PIPE_BUF])
        except BlockingIOError:
            pass
        except OSError as error:
            self._fail(f"writing to the client failed: {error.strerror}")
        return data[at:]

    def _run(self) -> None:
        try:
            self._write_batches()
        except OSError as error:
            self._tell_loop(self._fail, f"writing to the client failed: {error.strerror}")
        self._tell_loop(self._ended.set)

    def _write_batches(self) -> None:
        while batch := self._next_batch():
            self._write_all(batch)
            with self._changed:
                was_high = self._queued > LOW_WATER_BYTES
                self._queued -= len(batch)
                fell = was_high and self._queued <= LOW_WATER_BYTES
            if fell:  # whoever waits saw the level above the mark; only the loop knows who that is
                self._tell_loop(self._wake)

    def _next_batch(self) -> bytes:
        with self._changed:
            while not self._frames and not self._closing:
                self._changed.wait()
            batch = [self._frames.popleft()] if self._frames else []
            size = sum(map(len, batch))
            while self._frames and size + len(self._frames[0]) <= BATCH_BYTES:
                size += len(self._frames[0])
                batch.append(self._frames.popleft())
        return b"".join(batch)

    def _write_all(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:  # stdin's non-blocking mode, where both are one socket
                select.select([], [self._fd], [])

    def _tell_loop(self, call: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:
            return  # the loop has ended: nobody waits any more

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _fail(self, reason: str) -> None:
        if not self._failed:
            self._failed = True
            self._wake()
            self._on_failure(reason)


def _poll(fd: int) -> "select.poll | None":
    """None where a ready descriptor may block all the same, or cannot be asked."""
    mode = os.fstat(fd).st_mode
    if sys.platform == "win32" or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return None
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return poll

"""stdin to the event loop: through the loop itself where it can watch the descriptor, else through a thread."""

import asyncio
import os
import stat
import sys
import threading
from collections.abc import Callable

CHUNK_BYTES = 256 * 1024

Feed = Callable[[bytes], None]
"""Takes what was read; b"" is the end."""


async def start_reading(fd: int, feed: Feed) -> None:
    """Calls `feed` in the loop from now on. Owns `fd`."""
    mode = os.fstat(fd).st_mode
    if sys.platform != "win32" and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: _Pipe(feed), os.fdopen(fd, "rb", buffering=0))
    else:
        _ReaderThread(fd, feed).start()


class _Pipe(asyncio.Protocol):
    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def data_received(self, data: bytes) -> None:
        self._feed(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._feed(b"")


class _ReaderThread(threading.Thread):
    """Reads ahead by a few chunks only, so that a large file on stdin does not pile up in memory."""

    def __init__(self, fd: int, feed: Feed) -> None:
        super().__init__(name="lsp-reader", daemon=True)
        self._fd = fd
        self._feed = feed
        self._loop = asyncio.get_running_loop()
        self._ahead = threading.Semaphore(4)

    def run(self) -> None:
        data = b"-"
        while data:
            try:
                data = os.read(self._fd, CHUNK_BYTES)
            except OSError:
                data = b""
            self._ahead.acquire()
            try:
                self._loop.call_soon_threadsafe(self._take, data)
            except RuntimeError:
                return  # the loop has ended

    def _take(self, data: bytes) -> None:
        self._ahead.release()
        self._feed(data)

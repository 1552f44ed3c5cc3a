"""The server on stdin and stdout: from the first byte to the exit code."""

import asyncio
import contextlib
import logging
import os
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from inhouse.lsp import parent
from inhouse.lsp.frames import BrokenStream, FrameReader, TooLarge
from inhouse.lsp.initialize import ClientInfo
from inhouse.lsp.jsonrpc import Code, Refused
from inhouse.lsp.reader import start_reading
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.writer import FrameWriter

MAX_MESSAGE_BYTES = 64_000_000

ANSWER_SECONDS = 1.0
STOP_SECONDS = 3.0
FLUSH_SECONDS = 2.0
THREADS_SECONDS = 0.5
"""At the end: for open requests, for `on_stop`, for the client to read what is queued (while `on_stop` runs), and
for threads that somebody else has started."""

log = logging.getLogger(__name__)

_Incoming = bytes | TooLarge | BrokenStream | None
"""What comes from stdin; None is its end."""

OnStop = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Streams:
    """Descriptors of our own for the protocol, which no library's `print` and no child can reach."""

    input: int
    output: int

    @classmethod
    def take(cls) -> "Streams":
        """After this, fd 0 is empty and fd 1 is stderr."""
        streams = cls(os.dup(0), os.dup(1))
        empty = os.open(os.devnull, os.O_RDWR)
        os.dup2(empty, 0)
        try:
            os.dup2(2, 1)
        except OSError:  # started without a stderr
            os.dup2(empty, 1)
        os.close(empty)
        return streams


def serve_stdio(server: InhouseServer, on_stop: OnStop, *, max_message_bytes: int = MAX_MESSAGE_BYTES) -> int:
    """Serves until the client ends it; returns the exit code.

    Ends the process itself where threads or tasks of others refuse to.
    """
    return asyncio.run(_serve_and_leave(server, on_stop, max_message_bytes))


async def _serve_and_leave(server: InhouseServer, on_stop: OnStop, max_message_bytes: int) -> int:
    code = await run_stdio(server, on_stop=on_stop, max_message_bytes=max_message_bytes)
    last_resort = threading.Timer(THREADS_SECONDS, os._exit, [code])
    last_resort.daemon = True
    last_resort.start()
    return code


async def run_stdio(server: InhouseServer, *, on_stop: OnStop, max_message_bytes: int = MAX_MESSAGE_BYTES) -> int:
    """The same within a loop that runs already. `on_stop` stops what the server has started; it gets 3 s."""
    return await _Connection(server, Streams.take(), max_message_bytes).run(on_stop)


class _Connection:
    """One client on one pair of descriptors."""

    def __init__(self, server: InhouseServer, streams: Streams, max_message_bytes: int) -> None:
        self._protocol = server.protocol
        self._streams = streams
        self._frames = FrameReader(max_message_bytes)
        self._limit = max_message_bytes
        self._incoming: deque[_Incoming] = deque()
        self._pumping = False
        self._broken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._watch: asyncio.Task[None] | None = None

    async def run(self, on_stop: OnStop) -> int:
        writer = FrameWriter(self._streams.output, self._fail)
        self._protocol.connect(writer)
        self._protocol.on_exit = self._end
        self._protocol.on_initialize = self._watch_parent
        self._catch_signals()
        await start_reading(self._streams.input, self._feed)
        broken = await self._broken
        if self._watch is not None:
            self._watch.cancel()
        await self._protocol.end(within=ANSWER_SECONDS)
        await asyncio.gather(_stopped(on_stop), writer.close(within=FLUSH_SECONDS))
        return 1 if broken else self._protocol.exit_code

    def _feed(self, data: bytes) -> None:
        try:
            self._incoming.extend(self._frames.feed(data) if data else [None])
        except BrokenStream as broken:
            self._incoming.append(broken)
        if not self._pumping:
            self._pump()

    def _pump(self) -> None:
        """Takes messages in order, and lets a handler begin before the next message is looked at: a request sees
        the documents as they were when the client sent it."""
        self._pumping = False
        while self._incoming and not self._broken.done():
            if self._take(self._incoming.popleft()):
                self._pumping = True
                asyncio.get_running_loop().call_soon(self._pump)
                return

    def _take(self, item: _Incoming) -> bool:
        match item:
            case bytes():
                return self._protocol.receive(item)
            case None:
                self._end(
                    "stdin was closed in the middle of a message" if self._frames.mid_message else "stdin was closed"
                )
            case TooLarge(length):
                text = f"A message of {length} bytes is over the limit of {self._limit} bytes."
                self._protocol.refuse(Refused(Code.INVALID_REQUEST, text))
            case BrokenStream():
                self._fail(f"stdin cannot be read as LSP: {item}")
        return False

    def _end(self, reason: str) -> None:
        log.info("ending: %s", reason)
        if not self._broken.done():
            self._broken.set_result(False)

    def _fail(self, reason: str) -> None:
        if not self._broken.done():
            log.info("ending: %s", reason)
            _say(reason)
            self._broken.set_result(True)

    def _watch_parent(self, info: ClientInfo) -> None:
        if info.process_id is not None and self._watch is None:
            gone = f"the client (process {info.process_id}) has ended"
            self._watch = asyncio.create_task(parent.watch(info.process_id, lambda: self._end(gone)))

    def _catch_signals(self) -> None:
        """SIGTERM and SIGHUP end in order; SIGINT comes from a terminal's Ctrl-C, meant for another process."""
        if sys.platform == "win32":
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._end, "SIGTERM")
        loop.add_signal_handler(signal.SIGHUP, self._end, "SIGHUP")
        loop.add_signal_handler(signal.SIGINT, lambda: None)


def _say(reason: str) -> None:
    """To stderr itself, whatever the log level; but never waiting for a client that does not read it."""
    with contextlib.suppress(OSError, ValueError):
        if sys.platform == "win32" or select.select([], [2], [], 0)[1]:
            os.write(2, f"inhouse: {reason}\n".encode())


async def _stopped(on_stop: OnStop) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await on_stop()
    except TimeoutError:
        log.warning("stopping took more than %s s", STOP_SECONDS)
    except Exception:
        log.exception("stopping failed")

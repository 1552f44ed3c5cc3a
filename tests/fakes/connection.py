"""One client's connection to a fake backend: reads requests, plays the steps of each answer."""

import asyncio
import contextlib
import socket
import struct
import time
from asyncio import StreamReader, StreamWriter, Task
from collections.abc import Callable, Iterable
from typing import assert_never

from tests.fakes.exchange import Exchange, Outcome
from tests.fakes.wire import Body, End, Fin, Framing, Head, Pause, Raw, Request, Rst, Stall, Step, read_request


class Connection:
    """`begin` is called with each request, and gives its record and the steps of its answer."""

    def __init__(
        self,
        number: int,
        reader: StreamReader,
        writer: StreamWriter,
        begin: Callable[[Request], tuple[Exchange, Iterable[Step]]],
    ) -> None:
        self._number = number
        self._reader = reader
        self._writer = writer
        self._begin = begin
        self._framing = Framing.CHUNKED
        self._reset = False

    async def run(self) -> None:
        """Answers request after request, until one side closes."""
        ahead = self._read_ahead()
        try:
            while first := await ahead:
                request = await read_request(self._reader, first, self._number, time.monotonic)
                ahead = self._read_ahead()
                exchange, steps = self._begin(request)
                outcome = await self._answer(exchange, steps, ahead)
                if outcome is not Outcome.COMPLETE or self._framing is Framing.CLOSE:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away between two answers
        finally:
            ahead.cancel()
            await self._close()

    def _read_ahead(self) -> Task[bytes]:
        """The next request's first byte, or b"" once the client has closed."""
        return asyncio.create_task(self._reader.read(1))

    async def _answer(self, exchange: Exchange, steps: Iterable[Step], ahead: Task[bytes]) -> Outcome:
        outcome = Outcome.STOPPED
        playing = asyncio.create_task(self._play(exchange, steps))
        try:
            await asyncio.wait({playing, ahead}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done() and not _has_closed(ahead):
                await asyncio.wait({playing})  # the client has sent its next request early
            outcome = _outcome(playing)
        finally:
            playing.cancel()
            exchange.ended.set_result(outcome)
        return outcome

    async def _play(self, exchange: Exchange, steps: Iterable[Step]) -> Outcome:
        for step in steps:
            match step:
                case Head() | Raw() | Body() | End():
                    self._writer.write(self._encode(step))
                    await self._writer.drain()
                    exchange.sent += isinstance(step, Body)
                case Pause():
                    await asyncio.sleep(step.seconds)
                case Stall():
                    await asyncio.Event().wait()
                case Fin():
                    return Outcome.CUT
                case Rst():
                    self._reset = True
                    return Outcome.CUT
                case _:
                    assert_never(step)
            await asyncio.sleep(0)  # lets the loop notice a close while an endless body is written
        return Outcome.COMPLETE

    def _encode(self, step: Head | Raw | Body | End) -> bytes:
        match step:
            case Head():
                self._framing = step.framing
                return step.encode()
            case Body() if self._framing is Framing.CHUNKED:
                return b"%x\r\n%b\r\n" % (len(step.data), step.data) if step.data else b""
            case Body() | Raw():
                return step.data
            case End():
                return b"0\r\n\r\n" if self._framing is Framing.CHUNKED else b""

    async def _close(self) -> None:
        if self._reset:
            sock: socket.socket = self._writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


def _outcome(playing: Task[Outcome]) -> Outcome:
    if not playing.done() or isinstance(playing.exception(), ConnectionError):
        return Outcome.CLOSED_BY_CLIENT
    return playing.result()


def _has_closed(ahead: Task[bytes]) -> bool:
    return ahead.done() and (ahead.exception() is not None or not ahead.result())

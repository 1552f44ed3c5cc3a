"""A port that refuses connections until it is opened; then it leads to a server."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit


class Door:
    """`async with`; `url` is there, refusing, from the start."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 0)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._server: asyncio.Server | None = None
        self._open: set[StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for writer in self._open:
            writer.close()
        if self._server is None:
            self._socket.close()
        else:
            self._server.close()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, sock=self._socket)

    async def _pass(self, reader: StreamReader, writer: StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._open |= {writer, back}
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: StreamReader, target: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()

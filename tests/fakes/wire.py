"""HTTP/1.1 by hand: a request read from a stream, and the steps that an answer is made of."""

import json
from asyncio import StreamReader
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

REQUEST_BYTES = 64_000_000
"""Longest body the fake reads."""


@dataclass(frozen=True, slots=True)
class Request:
    """`arrived` is `time.monotonic()` at the last byte; header names are in lower case, `headers` keeps their order."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int
    arrived: float

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def route(self) -> str:
        """Method and path without the query, e.g. `POST /v1/chat/completions`."""
        return f"{self.method} {self.path.partition('?')[0]}"

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)


class Framing(Enum):
    """How the client learns where the body ends: by chunks, by a Content-Length among the headers, or by the close."""

    CHUNKED = "chunked"
    LENGTH = "length"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and headers; `Transfer-Encoding` or `Connection: close` is added as the framing needs."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    framing: Framing = Framing.CHUNKED

    def encode(self) -> bytes:
        framing = {
            Framing.CHUNKED: (("Transfer-Encoding", "chunked"),),
            Framing.LENGTH: (),
            Framing.CLOSE: (("Connection", "close"),),
        }[self.framing]
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in (*self.headers, *framing)]
        return "\r\n".join((*lines, "", "")).encode("latin-1")


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of the body, framed as the head said. Pieces are what `Exchange.sent` counts."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are, outside of all framing."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class End:
    """The body's proper end: the last chunk, or the close where the close ends the body."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Says nothing more and keeps the connection open until the client gives up."""


@dataclass(frozen=True, slots=True)
class Fin:
    """An orderly close of the connection, wherever the body stands."""


@dataclass(frozen=True, slots=True)
class Rst:
    """A TCP reset."""


Step = Head | Body | Raw | Pause | End | Stall | Fin | Rst

Behaviour = Callable[[Request], Iterable[Step]]
"""What a fake does with one request. The steps are taken one by one, so they may be endless."""


async def read_request(reader: StreamReader, first: bytes, connection: int, clock: Callable[[], float]) -> Request:
    """The request that begins with `first`; raises IncompleteReadError when the client closes within it."""
    head = first + await reader.readuntil(b"\r\n\r\n")
    request_line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _version = request_line.split(" ", 2)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    body = await _read_body(reader, dict(headers))
    return Request(method, path, headers, body, connection, clock())


async def _read_body(reader: StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _read_chunks(reader)
    length = int(headers.get("content-length", "0"))
    if length > REQUEST_BYTES:
        raise ValueError(f"a request of {length} bytes")
    return await reader.readexactly(length)


async def _read_chunks(reader: StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        if len(body) + size > REQUEST_BYTES:
            raise ValueError("a request without end")
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"

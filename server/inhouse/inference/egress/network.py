"""TCP and Unix connections on plain asyncio, with every address checked before it is connected to.

The check sits here, after resolution, because a name that was local when it was judged may resolve elsewhere when it
is used (DNS rebinding). Plain asyncio streams also cost half of httpcore's default backend per read.
"""

import asyncio
import ssl
from collections.abc import Iterable

import httpcore

from inhouse.inference.egress.addresses import AddressCheck, resolve

_HTTP = b"HTTP/1."


class StaleConnection(httpcore.ReadError):
    """A connection that had served before died at its next request, without one byte of an answer: servers close kept
    connections just as one is used again, which says nothing about the server. Anything else is never sent twice."""


class Stream(httpcore.AsyncNetworkStream):
    """One connection, as httpcore wants it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._speaks_http = False
        self._answered = False  # something came since the last request was written
        self._used_before = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 (httpcore's interface)
        try:  # without a timeout: whoever reads an answer keeps the time, and one here costs a tenth of a chunk
            data = await self._reader.read(max_bytes)
        except TimeoutError as exc:
            raise httpcore.ReadTimeout(str(exc)) from exc
        except OSError as exc:
            if self._used_before and not self._answered:
                raise StaleConnection(str(exc)) from exc
            raise httpcore.ReadError(str(exc)) from exc
        if not self._answered:
            self._check_start(data)
        return data

    def _check_start(self, data: bytes) -> None:
        if not data and self._used_before:
            raise StaleConnection("closed")
        if data and not self._speaks_http:
            # Said here, because h11 waits for a blank line, and takes a banner that ends without one for silence.
            if not data.startswith(_HTTP[: len(data)]):
                raise httpcore.RemoteProtocolError("not HTTP")
            self._speaks_http = True
        self._answered = bool(data)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's interface)
        if not buffer:
            return
        if self._answered:
            self._used_before, self._answered = True, False
        try:
            async with asyncio.timeout(timeout):
                self._writer.write(buffer)
                await self._writer.drain()
        except TimeoutError as exc:
            raise httpcore.WriteTimeout(str(exc)) from exc
        except OSError as exc:
            raise httpcore.WriteError(str(exc)) from exc

    async def aclose(self) -> None:
        # abort, not close: a cancelled answer must end at the backend now, also when unread data would linger.
        self._writer.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout(str(exc)) from exc
        except OSError as exc:
            raise httpcore.ConnectError(str(exc)) from exc
        return self

    def get_extra_info(self, info: str) -> object:
        if info == "is_readable":
            return self._reader.at_eof() or self._writer.transport.is_closing()
        return self._writer.get_extra_info("ssl_object" if info == "ssl_object" else info)


class Network(httpcore.AsyncNetworkBackend):
    """Connects to TCP addresses that `check` lets pass, or to one Unix socket."""

    def __init__(self, check: AddressCheck | None = None) -> None:
        self._check = check

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        local_address: str | None = None,  # noqa: ARG002 (httpcore's interface)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 (httpcore's interface)
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout) as whole:
                return await self._connect(host, port, whole.when())
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout(str(exc)) from exc
        except OSError as exc:
            raise httpcore.ConnectError(str(exc)) from exc

    async def _connect(self, host: str, port: int, end: float | None) -> Stream:
        """The addresses in their order, each with its share of the time left: one that is silent hides no other."""
        addresses = await resolve(host, port)
        if self._check is not None:
            self._check(addresses)
        failure: OSError = OSError("the name has no address")
        for tried, address in enumerate(addresses):
            left = None if end is None else end - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(left and left / (len(addresses) - tried)):
                    return Stream(*await asyncio.open_connection(address, port))
            except OSError as exc:
                failure = exc
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 (httpcore's interface)
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                return Stream(*await asyncio.open_unix_connection(path))
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout(str(exc)) from exc
        except OSError as exc:
            raise httpcore.ConnectError(str(exc)) from exc

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

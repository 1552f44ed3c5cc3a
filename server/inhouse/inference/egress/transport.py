"""httpx's transport seam over an httpcore pool with our own network backend; public interfaces of both only."""

import ssl
from collections.abc import AsyncIterator

import httpcore
import httpx

from inhouse.inference.egress.network import Network, StaleConnection

KEPT_ALIVE_SECONDS = 55.0


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.aiter_stream()

    async def aclose(self) -> None:
        await self._response.aclose()


class Transport(httpx.AsyncBaseTransport):
    """Sends requests as they are: no redirects, no proxies, nothing from the environment or `.netrc`."""

    def __init__(self, network: Network, *, tls: ssl.SSLContext | None, unix_socket: str | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            keepalive_expiry=KEPT_ALIVE_SECONDS,
            max_connections=None,
            network_backend=network,
            uds=unix_socket,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        wanted = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = await self._pool.handle_async_request(wanted)
        except StaleConnection:
            answer = await self._pool.handle_async_request(wanted)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()

"""httpx's transport seam over an httpcore pool with our own network backend; public interfaces of both only."""

import ssl
import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import cast

import httpcore
import httpx

from inhouse.inference.egress.network import Network

KEPT_ALIVE_SECONDS = 55.0

# httpcore asks four times a request whether sniffio is there. Without it each time is a search through all of sys.path,
# a third of the way of a request in all; None makes `import` fail at once (docs.python.org, The import system, 5.3.1).
if find_spec("sniffio") is None:
    cast("dict[str, object]", sys.modules)["sniffio"] = None


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
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()

"""One channel per backend: an HTTP client bound to one origin, with that origin's key and trust."""

import asyncio
import ssl
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.secret import Secret
from inhouse.inference.egress.addresses import AddressCheck
from inhouse.inference.egress.credential import Advice, Credential, FixedKey, KeySource

if TYPE_CHECKING:
    import httpx

ERROR_BODY_LIMIT = 200_000
"""Bytes read of an error's body."""

ERROR_BODY_SECONDS = 2.0
"""For which an error's body is awaited: its status says most of it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How the server's certificate is judged, and which one is shown to it. Empty: the system's trust store."""

    ca_file: str = ""
    client_cert: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a channel goes. `base_url` is without /v1; `unix_socket` replaces the network where it is set."""

    backend: str
    base_url: str
    headers: tuple[tuple[str, str], ...] = ()
    trust: Trust = Trust()
    connect_timeout: float = 5.0
    unix_socket: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and the raw body as it arrives.

    `secret` is the key that was sent, to be taken out of whatever is quoted; `advice` is what to say of a 401.
    """

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    secret: Secret | None = None
    advice: Advice | None = None

    async def start_of_body(self) -> bytes:
        """Enough of an error's body to understand it; a body that breaks off or never ends changes nothing."""
        try:
            async with asyncio.timeout(ERROR_BODY_SECONDS):
                return await self.body(ERROR_BODY_LIMIT)
        except (InhouseError, TimeoutError):
            return b""

    async def body(self, limit: int) -> bytes:
        """The whole body; raises `too_large` beyond `limit` bytes."""
        parts: list[bytes] = []
        size = 0
        async for chunk in self.chunks:
            size += len(chunk)
            if size > limit:
                raise InhouseError(
                    kind=ErrorKind.TOO_LARGE,
                    message=f"The backend's answer is larger than {limit} bytes.",
                    hint="Check that the URL names an inference server.",
                )
            parts.append(chunk)
        return b"".join(parts)


class Channel:
    """Requests to one endpoint, with the key that `keys` has for its origin. Safe for concurrent use; holds no state
    of any single request."""

    def __init__(self, endpoint: Endpoint, check: AddressCheck | None = None, keys: KeySource | None = None) -> None:
        self.endpoint = endpoint
        self._check = check
        self._keys: KeySource = keys or FixedKey()
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._open_requests = 0
        self._retired = False

    async def open(self) -> None:
        """Make the client ahead of the first request: its imports and TLS context take tens of milliseconds."""
        await self._opened()

    async def aclose(self) -> None:
        """Close the connections; a request that comes all the same opens its own."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def retire(self) -> None:
        """Newer settings have another channel: close when the last request that is under way has ended."""
        self._retired = True
        if self._open_requests == 0:
            await self.aclose()

    @asynccontextmanager
    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        request_id: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> AsyncGenerator[Answer, None]:
        """Send a request and give its answer as soon as its head is there; leaving closes the connection unless
        the body was read to its end. After a 401 it is sent once more, where there is another key.

        Raises InhouseError: `unreachable`, `timeout`, `bad_response` (not HTTP) or `invalid_request`, or why there is
        no key. A failure while the body is read is raised the same way, from the chunks.
        """
        fields = dict(headers)
        if body is not None:
            fields["Content-Type"] = "application/json"
        if request_id is not None:
            fields["X-Request-Id"] = request_id
        async with self._counted():
            key = await self._keys.current()
            async with self._sent(method, path, body, fields, key) as answer:
                if answer.status != HTTPStatus.UNAUTHORIZED:
                    yield answer
                    return
                said = await answer.start_of_body()
            other = await self._keys.another(key)
            if other is None:
                yield self._refused(answer, said, key)
                return
            async with self._sent(method, path, body, fields, other) as answer:
                yield answer if answer.status != HTTPStatus.UNAUTHORIZED else self._refused(answer, b"", other)

    def _refused(self, answer: Answer, said: bytes, key: Credential | None) -> Answer:
        """A 401 that stays, whose body has been read."""
        return replace(answer, chunks=_pieces(said), advice=self._keys.advice(key))

    @asynccontextmanager
    async def _sent(
        self, method: str, path: str, body: bytes | None, fields: Mapping[str, str], key: Credential | None
    ) -> AsyncGenerator[Answer, None]:
        client = await self._opened()
        headers = dict(fields) if key is None else {**fields, key.header: key.value()}
        async with AsyncExitStack() as stack:
            from inhouse.inference.egress.failures import CAUGHT, translate  # lazy: it imports httpx

            try:
                request = client.build_request(method, path, content=body, headers=headers)
                response = await client.send(request, stream=True)
            except CAUGHT as exc:
                raise translate(exc, backend=self.endpoint.backend, where=self.endpoint.base_url) from exc
            stack.push_async_callback(response.aclose)
            received = {name.lower(): value for name, value in response.headers.items()}
            yield Answer(response.status_code, received, self._chunks(response), key.secret if key else None)

    @asynccontextmanager
    async def _counted(self) -> AsyncGenerator[None, None]:
        self._open_requests += 1
        try:
            yield
        finally:
            self._open_requests -= 1
            if self._retired and self._open_requests == 0:
                await self.aclose()

    async def _chunks(self, response: "httpx.Response") -> AsyncIterator[bytes]:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise InhouseError(
                kind=ErrorKind.BAD_RESPONSE,
                message=f"{self.endpoint.base_url} sent a compressed answer although none was asked for.",
                hint="Switch compression off for this path in the server or its proxy.",
                backend=self.endpoint.backend,
            )
        from inhouse.inference.egress.failures import CAUGHT, translate  # lazy: it imports httpx

        try:  # around the whole loop: this is the hot path
            async for chunk in response.aiter_raw():
                yield chunk
        except CAUGHT as exc:
            raise translate(exc, backend=self.endpoint.backend, where=self.endpoint.base_url) from exc

    async def _opened(self) -> "httpx.AsyncClient":
        if self._client is None:
            async with self._opening:
                if self._client is None:
                    self._client = await asyncio.to_thread(self._open_client)
        return self._client

    def _open_client(self) -> "httpx.AsyncClient":
        import httpx

        from inhouse.inference.egress.network import Network
        from inhouse.inference.egress.transport import Transport

        end = self.endpoint
        tls = _tls(end) if end.base_url.startswith("https:") else None
        headers = {"Accept-Encoding": "identity", "User-Agent": "inhouse", **dict(end.headers)}
        return httpx.AsyncClient(
            base_url=end.base_url,
            headers=headers,
            transport=Transport(Network(self._check), tls=tls, unix_socket=end.unix_socket),
            timeout=httpx.Timeout(None, connect=end.connect_timeout),
            follow_redirects=False,
            trust_env=False,
        )


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _tls(end: Endpoint) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust = end.trust
    if trust.ca_file:
        with _told(f"The ca_file of {end.backend} cannot be read as PEM.", "ca_file", end.backend):
            context.load_verify_locations(trust.ca_file)
    elif trust.verify:
        _trust_system(context, end.backend)
    if trust.client_cert:
        with _told(f"The client_cert of {end.backend} cannot be read as PEM.", "client_cert", end.backend):
            context.load_cert_chain(trust.client_cert, password=lambda: _no_passphrase(end.backend))
    if not trust.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trust_system(context: ssl.SSLContext, backend: str) -> None:
    """The system's own trust store. Not `create_default_context`, which lets SSL_CERT_FILE and SSL_CERT_DIR put another
    in its place, and writes the keys of every connection to SSLKEYLOGFILE."""
    with _told("This system's trust store cannot be read.", "ca_file", backend):
        if sys.platform == "win32":
            context.load_default_certs()
            return
        paths = ssl.get_default_verify_paths()
        file, folder = Path(paths.openssl_cafile), Path(paths.openssl_capath)
        if not file.is_file() and not folder.is_dir():
            raise FileNotFoundError
        context.load_verify_locations(file if file.is_file() else None, folder if folder.is_dir() else None)


@contextmanager
def _told(message: str, setting: str, backend: str) -> Generator[None]:
    """Raises `message` for a file that cannot be read, with a hint at the setting that helps."""
    try:
        yield
    except OSError:  # ssl.SSLError among them
        hint = f"Set backends.{backend}.{setting} to a PEM file that can be read."
        raise InhouseError(kind=ErrorKind.INVALID_CONFIG, message=message, hint=hint, backend=backend) from None


def _no_passphrase(backend: str) -> str:
    """Called for an encrypted key, where OpenSSL itself would ask at the terminal."""
    raise InhouseError(
        kind=ErrorKind.INVALID_CONFIG,
        message=f"The client_cert of {backend} is encrypted.",
        hint=f"Set backends.{backend}.client_cert to a PEM file whose key has no passphrase.",
        backend=backend,
    )

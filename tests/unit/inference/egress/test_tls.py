"""Over TLS: whom a channel trusts, and what a person is told when it does not."""

import asyncio
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.egress.channel import Channel, Endpoint, Trust

CERTIFICATE = str(Path(__file__).parent / "localhost.pem")
"""Self-signed, for localhost but not for 127.0.0.1, with its key, which protects nothing."""

ENCRYPTED = str(Path(__file__).parent / "encrypted.pem")
"""Another of that kind, its key under a passphrase."""


@asynccontextmanager
async def tls_server() -> AsyncGenerator[int, None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def fetch(url: str, trust: Trust) -> bytes:
    channel = Channel(Endpoint("lab", url, trust=trust))
    try:
        async with channel.request("GET", "/v1/models") as answer:
            return await answer.body(100)
    finally:
        await channel.aclose()


@pytest.mark.parametrize("trust", [Trust(ca_file=CERTIFICATE), Trust(verify=False), Trust(CERTIFICATE, CERTIFICATE)])
async def test_a_trusted_server(trust: Trust) -> None:
    async with tls_server() as port:
        assert await fetch(f"https://localhost:{port}", trust) == b"OK"


async def test_a_connection_is_used_again() -> None:
    async with tls_server() as port:
        channel = Channel(Endpoint("lab", f"https://localhost:{port}", trust=Trust(ca_file=CERTIFICATE)))
        for _ in range(2):
            async with channel.request("GET", "/") as answer:
                assert await answer.body(100) == b"OK"
        await channel.aclose()


@pytest.mark.parametrize(
    ("host", "trust", "reason"),
    [
        ("localhost", Trust(), "self-signed certificate"),
        ("127.0.0.1", Trust(ca_file=CERTIFICATE), "IP address mismatch"),
    ],
)
async def test_another_one_is_refused_with_its_reason(host: str, trust: Trust, reason: str) -> None:
    async with tls_server() as port:
        with pytest.raises(InhouseError, match=reason) as caught:
            await fetch(f"https://{host}:{port}", trust)
    assert (caught.value.kind, caught.value.backend) == (ErrorKind.UNREACHABLE, "lab")
    assert "ca_file" in caught.value.hint


async def test_a_server_without_tls() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        with pytest.raises(InhouseError, match=r"TLS handshake .* failed: wrong version number") as caught:
            await fetch(f"https://localhost:{server.sockets[0].getsockname()[1]}", Trust())
    assert caught.value.kind is ErrorKind.UNREACHABLE


@pytest.mark.parametrize(
    ("trust", "setting"),
    [
        (Trust(ca_file="/nowhere.pem"), "ca_file"),
        (Trust(client_cert="/nowhere.pem"), "client_cert"),
        (Trust(ca_file=__file__), "ca_file"),
    ],
)
async def test_files_that_cannot_be_read_are_named_by_their_setting(trust: Trust, setting: str) -> None:
    with pytest.raises(InhouseError, match=f"The {setting} of lab cannot be read") as caught:
        await fetch("https://localhost:1", trust)
    assert caught.value.kind is ErrorKind.INVALID_CONFIG


@pytest.mark.skipif(sys.platform == "win32", reason="OpenSSL's paths are not used there")
async def test_a_system_without_a_trust_store(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = ssl.DefaultVerifyPaths("", "", "", "/nowhere.pem", "", "/nowhere")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    with pytest.raises(InhouseError, match="system's trust store") as caught:
        await fetch("https://localhost:1", Trust())
    assert (caught.value.kind, "lab.ca_file" in caught.value.hint) == (ErrorKind.INVALID_CONFIG, True)
    async with tls_server() as port:
        assert await fetch(f"https://localhost:{port}", Trust(verify=False)) == b"OK"


async def test_nobody_is_asked_for_a_passphrase() -> None:
    with pytest.raises(InhouseError, match="client_cert of lab is encrypted") as caught:
        await fetch("https://localhost:1", Trust(CERTIFICATE, ENCRYPTED))
    assert caught.value.kind is ErrorKind.INVALID_CONFIG

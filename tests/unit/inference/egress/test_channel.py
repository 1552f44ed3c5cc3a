"""One channel: what leaves, where it goes, and what becomes of the connection."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.secret import Secret
from inhouse.inference.egress import network
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.egress.credential import Credential, FixedKey
from tests.fakes import answers, behaviours
from tests.fakes.behaviours import compressed, cut_after, endless, html_page, redirect, reply, sequence, silence, steps
from tests.fakes.exchange import Outcome
from tests.fakes.server import CHAT, MODELS, FakeBackend, refusing_url
from tests.fakes.wire import Behaviour, Fin, Head, Raw, Rst

KEY = "sk-3f9a"


@asynccontextmanager
async def channel(url: str, key: Credential | None = None, **fields: object) -> AsyncGenerator[Channel, None]:
    made = Channel(Endpoint("lab", url, **fields), keys=FixedKey(key))  # pyright: ignore[reportArgumentType]
    try:
        yield made
    finally:
        await made.aclose()


async def body(made: Channel, path: str = "/v1/models", limit: int = 10_000) -> bytes:
    async with made.request("GET", path) as answer:
        return await answer.body(limit)


async def kind(made: Channel) -> ErrorKind:
    with pytest.raises(InhouseError) as caught:
        await body(made)
    assert caught.value.hint
    return caught.value.kind


async def test_what_is_sent() -> None:
    credential = Credential(Secret(KEY), "api-key", "")
    with FakeBackend() as backend:
        async with (
            channel(backend.url, credential, headers=(("X-Team", "compilers"),)) as made,
            made.request("POST", "/v1/chat/completions", body=b'{"a":1}', request_id="r1") as answer,
        ):
            assert answer.status == 400
        (exchange,) = backend.exchanges()
    request = exchange.request
    wanted = {
        "host": f"127.0.0.1:{backend.port}",
        "api-key": KEY,
        "x-team": "compilers",
        "x-request-id": "r1",
        "content-type": "application/json",
        "accept-encoding": "identity",
        "authorization": None,
        "cookie": None,
    }
    assert {name: request.header(name) for name in wanted} == wanted
    assert (request.route, request.body) == (CHAT, b'{"a":1}')


async def test_the_usual_key() -> None:
    with FakeBackend(models=behaviours.locked(KEY, answers.models())) as backend:
        async with channel(backend.url, Credential(Secret(KEY))) as made:
            assert answers.MODEL.encode() in await body(made)


@pytest.mark.parametrize("prefix", ["", "/gateway", "/gateway/"])
async def test_a_path_before_v1_is_kept(prefix: str) -> None:
    with FakeBackend() as backend:
        async with channel(backend.url + prefix) as made:
            await body(made)
        (exchange,) = backend.exchanges()
    assert exchange.request.path == prefix.rstrip("/") + "/v1/models"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    with FakeBackend() as away, FakeBackend(models=redirect(f"{away.url}/v1/models", status)) as backend:
        async with channel(backend.url) as made, made.request("GET", "/v1/models") as answer:
            assert answer.status == status
        assert not away.exchanges()
        assert len(backend.exchanges()) == 1


async def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with FakeBackend() as proxy, FakeBackend() as backend:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login me password sekret\n")
        monkeypatch.setenv("NETRC", str(netrc))
        async with channel(backend.url) as made:
            await body(made)
        assert not proxy.exchanges()
        assert backend.exchanges()[0].request.header("authorization") is None


async def test_a_connection_whose_answer_was_read_is_used_again() -> None:
    with FakeBackend() as backend:
        async with channel(backend.url) as made:
            for _ in range(3):
                await body(made)
        assert [one.request.connection for one in backend.exchanges()] == [1, 1, 1]


async def test_leaving_early_closes_the_connection() -> None:
    """What stops a cancelled answer at the backend."""
    with FakeBackend(models=endless(piece=b"x" * 1000)) as backend:
        async with channel(backend.url) as made:
            async with made.request("GET", "/v1/models") as answer:
                await anext(answer.chunks)
            assert await backend.exchanges()[0].closed_by_client_async(2)


async def test_a_kept_connection_that_died_is_tried_once_more() -> None:
    """B160: servers close idle connections, some after 5 s, and may do so just as a request comes."""
    dies = cut_after(answers.models(), 1, Fin())
    first_then_dead = sequence(answers.models(), steps(Fin()), answers.models(), dies)
    with FakeBackend(models=first_then_dead) as backend:
        async with channel(backend.url) as made:
            await body(made)
            await body(made)
        assert [one.request.connection for one in backend.exchanges()] == [1, 1, 2]


async def test_a_kept_connection_that_began_to_answer_is_not_tried_again() -> None:
    with FakeBackend(models=sequence(answers.models(), steps(Raw(b"HTTP/1.1 200 OK\r\nA: "), Fin()))) as backend:
        async with channel(backend.url) as made:
            await body(made)
            assert await kind(made) is ErrorKind.UNREACHABLE
        assert [one.request.connection for one in backend.exchanges()] == [1, 1]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (steps(Fin()), ErrorKind.UNREACHABLE),
        (steps(Rst()), ErrorKind.UNREACHABLE),
        (steps(Raw(b"HTTP/1.1 200 OK\r\nA: "), Rst()), ErrorKind.UNREACHABLE),
        (cut_after(reply(200, b"x" * 10), 0, Fin()), ErrorKind.UNREACHABLE),
        (cut_after(answers.chat(), 0, Fin()), ErrorKind.UNREACHABLE),
        (cut_after(html_page(), 0, Rst()), ErrorKind.UNREACHABLE),
        (behaviours.not_http(), ErrorKind.BAD_RESPONSE),
        (steps(Head(200, (("X-Big", "x" * 200_000),)), Fin()), ErrorKind.BAD_RESPONSE),
        (compressed(answers.models()), ErrorKind.BAD_RESPONSE),
        (endless(piece=b"x" * 1000), ErrorKind.TOO_LARGE),
    ],
)
async def test_what_is_no_answer(behaviour: Behaviour, expected: ErrorKind) -> None:
    with FakeBackend() as backend:
        backend.answer(MODELS, behaviour)
        async with channel(backend.url) as made:
            assert await kind(made) is expected
        assert len(backend.exchanges(MODELS)) == 1  # never sent twice


async def test_nobody_listens() -> None:
    with refusing_url() as url:
        async with channel(url) as made:
            assert await kind(made) is ErrorKind.UNREACHABLE


async def test_a_name_without_an_address() -> None:
    async with channel("http://nowhere.invalid") as made:
        assert await kind(made) is ErrorKind.UNREACHABLE


async def test_a_connect_that_never_ends() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        taken = [socket.create_connection(deaf.getsockname()) for _ in range(1)]
        async with channel(f"http://127.0.0.1:{deaf.getsockname()[1]}", connect_timeout=0.1) as made:
            assert await kind(made) is ErrorKind.UNREACHABLE
        for each in taken:
            each.close()


async def test_an_address_that_is_silent_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two(_host: str, _port: int) -> tuple[str, ...]:
        return ("silent", "127.0.0.1")

    real = asyncio.open_connection

    async def connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if host == "silent":
            await asyncio.Event().wait()
        return await real(host, port)

    monkeypatch.setattr(network, "resolve", two)
    monkeypatch.setattr(asyncio, "open_connection", connect)
    with FakeBackend() as backend:
        async with channel(backend.url, connect_timeout=0.4) as made:
            assert await body(made)


async def test_a_retired_channel_closes_when_its_last_answer_ends() -> None:
    """New settings while a chat is under way: it finishes on the old ones."""
    with FakeBackend() as backend:
        made = Channel(Endpoint("lab", backend.url))
        async with made.request("GET", "/v1/models") as answer:
            await made.retire()
            assert answers.MODEL.encode() in await answer.body(10_000)
        await body(made)
        await body(made)
        assert [one.request.connection for one in backend.exchanges()] == [1, 2, 3]


async def test_retiring_an_idle_channel_closes_it_at_once() -> None:
    with FakeBackend() as backend:
        made = Channel(Endpoint("lab", backend.url))
        await body(made)
        await made.retire()
        await made.retire()
        await Channel(Endpoint("lab", backend.url)).retire()


@pytest.mark.parametrize("behaviour", [silence(), steps(Head())])
async def test_a_cancelled_request_leaves_no_connection(behaviour: Behaviour) -> None:
    with FakeBackend(models=behaviour) as backend:
        async with channel(backend.url) as made:
            asking = asyncio.create_task(body(made))
            exchange = await backend.wait_for_async(MODELS)
            asking.cancel()
            assert await exchange.outcome_async(2) in (Outcome.CLOSED_BY_CLIENT, Outcome.COMPLETE)

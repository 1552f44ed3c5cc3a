"""The air gap holds at the last moment: an address is judged after its name is resolved, before it is connected to."""

import asyncio

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.governance.policy import Policy
from inhouse.governance.zone import networks
from inhouse.inference.egress.addresses import resolve
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.egress.guard import Guard
from inhouse.inference.egress.network import Network
from inhouse.inference.egress.probe import reach
from tests.fakes.server import FakeBackend, refusing_url

AIR_GAPPED = Policy(air_gapped=True, local_networks=())
OPEN = Policy(air_gapped=False, local_networks=())


@pytest.mark.parametrize(
    ("policy", "addresses", "passes"),
    [
        (AIR_GAPPED, ("127.0.0.1", "::1"), True),
        (AIR_GAPPED, ("10.0.0.1", "8.8.8.8"), False),
        (AIR_GAPPED, ("169.254.169.254",), False),
        (AIR_GAPPED, (), False),
        (Policy(air_gapped=True, local_networks=networks(["203.0.113.0/24"])), ("203.0.113.9",), True),
        (OPEN, ("8.8.8.8",), True),
        (Policy(air_gapped=False, local_networks=(), refusal="No."), ("127.0.0.1",), False),
    ],
)
def test_which_addresses_pass(policy: Policy, addresses: tuple[str, ...], passes: bool) -> None:
    guard = Guard(policy, "lab")
    if passes:
        guard.check(addresses)
        return
    with pytest.raises(InhouseError) as caught:
        guard.check(addresses)
    assert caught.value.kind is ErrorKind.POLICY


async def test_a_refused_address_is_never_connected_to() -> None:
    """The fake stands for a public server: no connection may arrive there."""
    asked: list[tuple[str, ...]] = []

    def refuse(addresses: tuple[str, ...]) -> None:
        asked.append(addresses)
        Guard(AIR_GAPPED, "lab").check(("8.8.8.8",))

    arrived = asyncio.Event()
    server = await asyncio.start_server(lambda _reader, _writer: arrived.set(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = Channel(Endpoint("lab", f"http://127.0.0.1:{port}"), refuse)
        with pytest.raises(InhouseError) as caught:
            async with channel.request("GET", "/v1/models"):
                pass
        await channel.aclose()
    assert (caught.value.kind, caught.value.backend) == (ErrorKind.POLICY, "lab")
    assert asked == [("127.0.0.1",)]
    assert not arrived.is_set()


async def test_every_new_connection_is_judged() -> None:
    """A name that was local a minute ago may resolve elsewhere now."""
    judged: list[tuple[str, ...]] = []
    with FakeBackend() as backend:
        network = Network(judged.append)
        for _ in range(2):
            stream = await network.connect_tcp("localhost", backend.port)
            await stream.aclose()
    assert len(judged) == 2
    assert all("127.0.0.1" in addresses for addresses in judged)


async def test_the_next_address_is_tried_where_one_refuses() -> None:
    with FakeBackend() as backend:
        assert "127.0.0.1" in await resolve("localhost", backend.port)
        stream = await Network().connect_tcp("localhost", backend.port)
        await stream.aclose()


async def test_how_far_a_probe_gets() -> None:
    guard = Guard(AIR_GAPPED, "lab")
    with FakeBackend() as backend:
        found = await reach(Origin.parse(backend.url), guard, limit=2)
        assert (found.addresses, found.failure) == (("127.0.0.1",), None)
        assert found.resolve_ms is not None
        assert found.connect_ms is not None
    with refusing_url() as url:
        found = await reach(Origin.parse(url), guard, limit=2)
    assert (found.connect_ms, found.failure) == (None, "nothing listens there (connection refused)")
    found = await reach(Origin.parse("http://nowhere.invalid"), guard, limit=2)
    assert (found.addresses, found.resolve_ms) == ((), None)


async def test_a_probe_keeps_to_the_policy() -> None:
    with pytest.raises(InhouseError):
        await reach(Origin.parse("http://8.8.8.8"), Guard(AIR_GAPPED, "lab"), limit=2)

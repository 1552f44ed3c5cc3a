"""How far a connection gets: name, then TCP. For `inhouse doctor`."""

import asyncio
import time
from dataclasses import dataclass

from inhouse.domain.origin import Origin
from inhouse.inference.egress.addresses import resolve
from inhouse.inference.egress.guard import Guard


@dataclass(frozen=True, slots=True)
class Reach:
    """Times in milliseconds; None from the step on that failed, whose reason `failure` says."""

    addresses: tuple[str, ...]
    resolve_ms: float | None
    connect_ms: float | None
    failure: str | None


async def reach(origin: Origin, guard: Guard, *, limit: float) -> Reach:
    """Resolve and connect, each within `limit` seconds; raises InhouseError only where the policy forbids it."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            addresses = await resolve(origin.host, origin.port)
    except (OSError, TimeoutError):
        return Reach((), None, None, "the name has no address")
    resolved = time.monotonic()
    guard.check(addresses)
    failure = await _connect(addresses, origin.port, limit)
    resolve_ms = (resolved - began) * 1000
    if failure is not None:
        return Reach(addresses, resolve_ms, None, failure)
    return Reach(addresses, resolve_ms, (time.monotonic() - resolved) * 1000, None)


async def _connect(addresses: tuple[str, ...], port: int, limit: float) -> str | None:
    """Why no address takes a connection, or None if one does."""
    reason = "nothing answers there"
    for address in addresses:
        try:
            async with asyncio.timeout(limit):
                _, writer = await asyncio.open_connection(address, port)
        except ConnectionRefusedError:
            reason = "nothing listens there (connection refused)"
        except TimeoutError:
            reason = f"no answer within {limit:g} s"
        except OSError:
            reason = "the network does not reach it"
        else:
            writer.close()
            return None
    return reason

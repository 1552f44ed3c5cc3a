"""Names to addresses, without the HTTP library: the first answers of a server that starts need no more than this."""

import asyncio
from collections.abc import Callable

AddressCheck = Callable[[tuple[str, ...]], None]
"""Given the addresses of a name, raises an InhouseError if they must not be connected to."""


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """The numeric addresses of `host`, in the order in which to try them; raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)  # 1: SOCK_STREAM everywhere
    return tuple(dict.fromkeys(str(info[4][0]) for info in infos))

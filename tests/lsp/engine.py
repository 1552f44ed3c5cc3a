"""A look at the embedded engine behind a server's back: its process, and whether it generates. Linux only (`/proc`)."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import httpx

ENGINE_MODULE = b"inhouse.inference.embedded.engine"
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Engine:
    pid: int
    key: str
    socket: str

    async def busy_slots(self) -> list[bool]:
        """For each slot, whether it is processing, from the engine's own `/slots`."""
        transport = httpx.AsyncHTTPTransport(uds=self.socket)
        async with httpx.AsyncClient(transport=transport, base_url="http://engine", trust_env=False) as client:
            response = await client.get("/slots", headers={"Authorization": f"Bearer {self.key}"})
        response.raise_for_status()
        return [slot["is_processing"] for slot in response.json()]

    async def becomes_idle(self, seconds: float = 1.0) -> bool:
        """Asks ten times a second and no faster: each answer of `/slots` delays llama.cpp's own look at its clients."""
        for _ in range(max(1, round(seconds * 10))):
            if not any(await self.busy_slots()):
                return True
            await asyncio.sleep(0.1)
        return not any(await self.busy_slots())


def engines(server: int) -> list[Engine]:
    """The engine processes below the server process."""
    return [_engine(pid) for pid in descendants(server) if ENGINE_MODULE in _read(pid, "cmdline")]


def descendants(pid: int) -> list[int]:
    """The living processes below this one, zombies left out."""
    parents: dict[int, int] = {}
    for entry in PROC.glob("[0-9]*"):
        state, parent = (_read(int(entry.name), "stat").rpartition(b")")[2].split() or [b"Z", b"0"])[:2]
        if state != b"Z":
            parents[int(entry.name)] = int(parent)
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


def _engine(pid: int) -> Engine:
    pairs = (entry.partition(b"=") for entry in _read(pid, "environ").split(b"\0"))
    environ = {name.decode(): value.decode() for name, _, value in pairs}
    return Engine(pid, environ["INHOUSE_ENGINE_KEY"], environ["INHOUSE_ENGINE_SOCKET"])


def _read(pid: int, name: str) -> bytes:
    """Empty for a process that has gone."""
    try:
        return (PROC / str(pid) / name).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""

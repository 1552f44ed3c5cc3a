"""A look at the embedded engine behind a server's back: its process, and whether it generates. Linux only (`/proc`)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from inhouse.inference.embedded import ready

ENGINE_MODULE = b"inhouse.inference.embedded.engine"
PROC = Path("/proc")
LISTENING = "0A"
"""A socket's state in `/proc/net/tcp`."""


@dataclass(frozen=True, slots=True)
class Engine:
    pid: int
    key: str
    folder: Path

    @property
    def socket(self) -> str:
        return str(self.folder / "engine.sock")

    @property
    def runs(self) -> bool:
        """False for a zombie too."""
        return _state_and_parent(self.pid)[0] != b"Z"

    @property
    def command_line(self) -> bytes:
        return _read(self.pid, "cmdline")

    @property
    def listens_on_tcp(self) -> bool:
        sockets = {str(link.readlink()) for link in (PROC / str(self.pid) / "fd").iterdir()}
        tables = (_read(self.pid, f"net/{name}").decode().splitlines()[1:] for name in ("tcp", "tcp6"))
        rows = [line.split() for table in tables for line in table]
        return any(row[3] == LISTENING and f"socket:[{row[9]}]" in sockets for row in rows)

    async def ask(self, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401  # JSON
        """What the engine itself answers: to a POST if there is a body, else to a GET."""
        transport = httpx.AsyncHTTPTransport(uds=self.socket)
        async with httpx.AsyncClient(transport=transport, base_url="http://engine", trust_env=False) as client:
            response = await client.request(
                "GET" if body is None else "POST", path, json=body, headers={"Authorization": f"Bearer {self.key}"}
            )
        response.raise_for_status()
        return response.json()

    async def busy_slots(self) -> list[bool]:
        """For each slot, whether it is processing, from the engine's own `/slots`."""
        return [slot["is_processing"] for slot in await self.ask("/slots")]

    async def becomes_idle(self, seconds: float = 1.0) -> bool:
        """Asks ten times a second and no faster: each answer of `/slots` delays llama.cpp's own look at its clients."""
        for _ in range(max(1, round(seconds * 10))):
            if not any(await self.busy_slots()):
                return True
            await asyncio.sleep(0.1)
        return not any(await self.busy_slots())

    async def ends(self, seconds: float = 5.0) -> bool:
        return await comes_true(lambda: not self.runs, seconds)


def engines(server: int) -> list[Engine]:
    """The engine processes of this server's user, whoever started them: every test's user has a runtime folder."""
    pairs = (entry.partition(b"=") for entry in _read(server, "environ").split(b"\0"))
    environ = {name: value for name, _, value in pairs}
    return engines_in(Path(environ[b"XDG_RUNTIME_DIR"].decode()))


def engines_in(runtime: Path) -> list[Engine]:
    pids = (int(entry.name) for entry in PROC.glob("[0-9]*"))
    folders = ((pid, _folder(pid)) for pid in pids if ENGINE_MODULE in _read(pid, "cmdline"))
    return [_engine(pid, folder) for pid, folder in folders if folder is not None and folder.parent == runtime]


def the_engine(server: int) -> Engine:
    (engine,) = engines(server)
    return engine


def descendants(pid: int) -> list[int]:
    """The living processes below this one, zombies left out."""
    parents: dict[int, int] = {}
    for entry in PROC.glob("[0-9]*"):
        state, parent = _state_and_parent(int(entry.name))
        if state != b"Z":
            parents[int(entry.name)] = int(parent)
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


async def comes_true(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Looks twenty times a second, for what nothing tells of when it happens."""
    for _ in range(round(seconds * 20)):
        if condition():
            return True
        await asyncio.sleep(0.05)
    return condition()


def _engine(pid: int, folder: Path) -> Engine:
    found = ready.read(folder)
    return Engine(pid, found.key if found else "", folder)


def _folder(pid: int) -> Path | None:
    """Where it runs; None for a process that has gone."""
    try:
        return (PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None


def _state_and_parent(pid: int) -> tuple[bytes, bytes]:
    state, parent, *_ = _read(pid, "stat").rpartition(b")")[2].split() or [b"Z", b"0"]
    return state, parent


def _read(pid: int, name: str) -> bytes:
    """Empty for a process that has gone."""
    try:
        return (PROC / str(pid) / name).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""

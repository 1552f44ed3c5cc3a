"""How the engine's process is started: its environment, its threads, what it says on its way down."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.secret import Secret
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.egress.credential import Credential, FixedKey
from inhouse.inference.embedded import engine
from inhouse.inference.embedded.ready import SOCKET, Ready

LOAD_SECONDS = 300.0
"""For how long a model may load: a large one from a slow disk takes minutes."""

LOOK_SECONDS = 0.02
"""Between two looks at what another process does."""

_LOG = "log"
_LOG_BYTES = 1_000_000
_KEPT_LINES = 20
_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "PYTHONPATH",
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which model to run and how. `idle_unload` in seconds; `threads` 0 means as `cores` says."""

    model: Path
    alias: str
    threads: int
    idle_unload: float
    runtime: Path


Process = subprocess.Popen[bytes]


class Engine(Protocol):
    """An engine, seen from one process that uses it. Whoever has it calls `end`, also when `load` failed."""

    @property
    def folder(self) -> Path: ...

    async def load(self) -> Channel:
        """The way to it, as soon as it can be asked; raises `server_error` if it cannot."""
        ...

    def ended(self) -> str | None:
        """None while it lives; afterwards how it ended, where this is known, e.g. "by signal 9"."""
        ...

    def enter_slot(self) -> bool:
        """A request of this process takes its place before the engine's one slot: whether nobody is before it."""
        ...

    def leave_slot(self) -> None: ...
    def stop_stuck(self) -> None:
        """End it at once, unless it is at work for another process."""
        ...

    async def end(self) -> None:
        """Use it no more, which ends it unless somebody else does."""
        ...


def start(settings: EngineSettings, folder: Path, claimed: int | None = None) -> Process:
    """Start the engine's process in its folder: one for all of this user's processes, which inherits the `claimed`
    right, or one for this process only, which ends when its stdin is closed.

    Called on the thread that lives as long as this process: Linux ends the engine with it while the model loads.
    """
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        engine.MODEL: str(settings.model),
        engine.ALIAS: settings.alias,
        engine.THREADS: str(settings.threads or cores()),
    }
    shared = claimed is not None
    if shared:
        environment[engine.SHARED] = "1"
    trim_log(folder)
    with open(folder / _LOG, "ab", opener=_private) as log:
        process = subprocess.Popen(  # noqa: S603  # a list of our own, no shell
            [sys.executable, "-P", "-m", engine.__name__],
            stdin=subprocess.DEVNULL if shared else subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment,
            pass_fds=() if claimed is None else (claimed,),
            start_new_session=shared,  # a Ctrl-C in the terminal of whoever started it is not meant for the others
        )
    # However long nobody asks for it: no zombie stays behind.
    threading.Thread(target=process.wait, name="inhouse-engine", daemon=True).start()
    return process


def open_channel(folder: Path, ready: Ready) -> Channel:
    socket = str(folder / SOCKET) if sys.platform != "win32" else None
    address = "http://engine" if socket is not None else ready.address
    endpoint = Endpoint(backend="embedded", base_url=address, unix_socket=socket)
    return Channel(endpoint, keys=FixedKey(Credential(Secret(ready.key))))


def how_it_ended(process: Process) -> str | None:
    """None while it lives."""
    code = process.poll()
    if code is None:
        return None
    return f"by signal {-code}" if code < 0 else f"with code {code}"


def last_words(folder: Path) -> str:
    """What the engine said last, as far as it is known."""
    try:
        with (folder / _LOG).open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 65_536))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_KEPT_LINES:])


def trim_log(folder: Path) -> None:
    """Begin it anew when it is long. The engine appends, and goes on at the beginning."""
    path = folder / _LOG
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        os.truncate(path, 0)


def not_loaded(alias: str, process: Process | None) -> InhouseError:
    killed = process is not None and (process.poll() or 0) < 0
    renew = "The log has the engine's own words; `inhouse model pull` renews the default model."
    memory = "The machine may be out of memory; a smaller model needs less."
    return InhouseError(
        kind=ErrorKind.SERVER_ERROR,
        message=f"The embedded engine {'was killed while it loaded' if killed else 'cannot load'} the model {alias}.",
        hint=memory if killed else renew,
        backend="embedded",
    )


async def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it does in this time. Looks again and again: of what another process does nothing tells."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() >= end:
            return False
        await asyncio.sleep(LOOK_SECONDS)
    return True


def cores() -> int:
    """One fewer than there are, hyper-threads not counted.

    The engine's threads wait for each other all the time: with one other busy process on two cores, two threads wrote
    4 tokens/s and one wrote 48.
    """
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(usable, _physical_cores() or usable) - 1)


def _physical_cores() -> int | None:
    if sys.platform != "linux":
        return None
    siblings = {
        path.read_text() for path in Path("/sys/devices/system/cpu").glob("cpu[0-9]*/topology/thread_siblings_list")
    }
    return len(siblings) or None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)

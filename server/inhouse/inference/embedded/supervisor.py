"""Starts the engine's process on first use, notices when it dies, and ends it when nobody needs it any more."""

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.secret import Secret
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.egress.credential import Credential, FixedKey
from inhouse.inference.embedded import engine

LOAD_SECONDS = 300.0
"""For how long a model may load: a large one from a slow disk takes minutes."""

_STOP_SECONDS = 2.0
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

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which model to run and how. `idle_unload` in seconds; `threads` 0 means as `_cores` says."""

    model: Path
    alias: str
    threads: int
    idle_unload: float
    runtime: Path


@dataclass(frozen=True, slots=True)
class _Child:
    """The process and what goes with it; `drain` fills `log`."""

    process: asyncio.subprocess.Process
    folder: Path
    log: deque[str]
    drain: asyncio.Task[None]

    async def end(self) -> None:
        try:
            await _end(self.process)
        finally:
            self.drain.cancel()
            shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Running:
    child: _Child
    channel: Channel

    async def end(self) -> None:
        try:
            await self.channel.aclose()
        finally:
            await self.child.end()


class Supervisor:
    """One engine at most. `lease` is the only way to it: while somebody holds a lease it is not unloaded."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._running: _Running | None = None
        self._starting = asyncio.Lock()
        self._leases = 0
        self._unload: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._retired = False
        self.turns = asyncio.Semaphore(1)
        """Whose turn it is: the engine has one slot, so that a conversation may fill the whole context."""

    @property
    def loaded(self) -> bool:
        return self._running is not None and self._running.child.process.returncode is None

    @property
    def closed(self) -> bool:
        """Retired, and nothing is left of it: it can be forgotten."""
        return self._retired and self._leases == 0 and self._running is None and not self._closing

    @asynccontextmanager
    async def lease(self) -> AsyncGenerator[Channel, None]:
        """The engine's channel, the engine being started if need be; raises `server_error` if it cannot be."""
        self._leases += 1
        if self._unload is not None:
            self._unload.cancel()
        try:
            yield (await self._started()).channel
        finally:
            self._leases -= 1
            self._schedule_unload()

    async def explained(self, failure: InhouseError) -> InhouseError:
        """A failure of a request, said to be the engine's end where that is what it was."""
        running = self._running
        cut = failure.kind in (ErrorKind.UNREACHABLE, ErrorKind.INCOMPLETE)
        if not cut or running is None or not await _has_ended(running.child.process):
            return failure
        return self._ended(failure.kind, running)

    async def aclose(self) -> None:
        """End the engine now."""
        if self._unload is not None:
            self._unload.cancel()
        async with self._starting:
            self._let_go()
        await self._all_ended()

    def retire(self) -> None:
        """New settings have another engine: end this one as soon as nobody holds a lease."""
        self._retired = True
        self._schedule_unload()

    def abandon(self, channel: Channel) -> None:
        """End the engine of this channel because it is stuck, whoever else waits for it; the next lease starts anew."""
        if self._running is not None and self._running.channel is channel:
            _log.error("the embedded engine does not answer and is ended:\n%s", "\n".join(self._running.child.log))
            self._let_go()

    def _schedule_unload(self) -> None:
        if self._unload is not None:
            self._unload.cancel()
        if self._leases == 0 and self._running is not None:
            delay = 0 if self._retired else self._settings.idle_unload
            self._unload = asyncio.get_running_loop().call_later(delay, self._unload_now)

    def _unload_now(self) -> None:
        if self._leases == 0 and self._running is not None:
            idle = f"after {self._settings.idle_unload:g} s without a request"
            _log.info("the embedded engine is unloaded %s", "for newer settings" if self._retired else idle)
            self._let_go()

    def _let_go(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            self._in_background(running.end())

    def _in_background(self, ending: Coroutine[None, None, None]) -> None:
        """A task of its own: the end of a process goes on however often whoever asked for it is cancelled."""
        task = asyncio.get_running_loop().create_task(ending)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _all_ended(self) -> None:
        if self._closing:
            await asyncio.wait(self._closing)  # which leaves them alone when it is cancelled

    async def _started(self) -> _Running:
        async with self._starting:
            if not self.loaded:
                self._let_go()
            if self._running is None:
                await self._all_ended()  # two models at once may not fit into the memory
                self._running = await self._start()
            return self._running

    async def _start(self) -> _Running:
        folder = Path(tempfile.mkdtemp(prefix="inhouse-", dir=self._settings.runtime))
        key = Secret(secrets.token_urlsafe(32))
        socket = folder / "engine.sock" if sys.platform != "win32" else None
        try:
            child = await self._spawn(folder, key, socket)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        try:
            address = await self._ready(child)
        except BaseException:
            self._in_background(child.end())
            await self._all_ended()
            raise
        endpoint = Endpoint(
            backend="embedded",
            base_url="http://engine" if socket is not None else address,
            unix_socket=str(socket) if socket is not None else None,
        )
        return _Running(child, Channel(endpoint, keys=FixedKey(Credential(key))))

    async def _spawn(self, folder: Path, key: Secret, socket: Path | None) -> _Child:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            engine.KEY: key.reveal(),
            engine.MODEL: str(self._settings.model),
            engine.ALIAS: self._settings.alias,
            engine.THREADS: str(self._settings.threads or _cores()),
        }
        if socket is not None:
            environment[engine.SOCKET] = str(socket)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", engine.__name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=environment,
        )
        log: deque[str] = deque(maxlen=_KEPT_LINES)
        return _Child(process, folder, log, asyncio.create_task(_drain(process, log)))

    async def _ready(self, child: _Child) -> str:
        assert child.process.stdout is not None
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                line = await child.process.stdout.readline()
        except TimeoutError:
            line = b""
        word, _, address = line.decode("utf-8", "replace").strip().partition(" ")
        if word == "ready":
            return address
        await asyncio.wait({child.drain}, timeout=_STOP_SECONDS)
        _log.error("the embedded engine did not start:\n%s", "\n".join(child.log))
        raise InhouseError(
            kind=ErrorKind.SERVER_ERROR,
            message=f"The embedded engine cannot load the model {self._settings.alias}.",
            hint="The log has the engine's own words; `inhouse model pull` renews the default model.",
            backend="embedded",
        )

    def _ended(self, kind: ErrorKind, running: _Running) -> InhouseError:
        code = running.child.process.returncode or 0
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        _log.error("the embedded engine ended %s:\n%s", how, "\n".join(running.child.log))
        return InhouseError(
            kind=kind,
            message=f"The embedded engine ended unexpectedly ({how}).",
            hint="Ask again, and it is started anew; if it happens often, the machine may be out of memory.",
            backend="embedded",
        )


async def _drain(process: asyncio.subprocess.Process, log: deque[str]) -> None:
    """Keep the engine's last words; a full pipe would stop it."""
    assert process.stderr is not None
    rest = b""
    while chunk := await process.stderr.read(65_536):
        *lines, rest = (rest[-65_536:] + chunk).split(b"\n")
        log.extend(line.decode("utf-8", "replace") for line in lines)


async def _has_ended(process: asyncio.subprocess.Process) -> bool:
    """A killed process cuts its connections a moment before it can be reaped."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await process.wait()
    return process.returncode is not None


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its stdin, at which it ends by itself; kill it if it does not."""
    if process.returncode is not None:
        return
    assert process.stdin is not None
    process.stdin.close()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
    finally:  # also when cancelled, as the loop does with every task at its own end
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    await process.wait()


def _cores() -> int:
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

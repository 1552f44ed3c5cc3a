"""Joins the engine on first use or starts it, notices when it dies, and leaves it when it needs it no more."""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.egress.channel import Channel
from inhouse.inference.embedded import process
from inhouse.inference.embedded.own import OwnEngine
from inhouse.inference.embedded.process import Engine, EngineSettings
from inhouse.inference.slots import Slots

_NOTICE_SECONDS = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    engine: Engine
    channel: Channel


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
        self.turns = Slots(1)
        """Whose turn it is in this process: the engine has one slot, so that a conversation may fill its context."""

    @property
    def loaded(self) -> bool:
        """Whether the engine runs, for whomever."""
        if self._running is not None and self._running.engine.ended() is None:
            return True
        if sys.platform == "win32":
            return False
        from inhouse.inference.embedded import shared  # there is no `fcntl` on Windows

        return shared.is_running(self._settings)

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

    @contextmanager
    def slot(self) -> Generator[bool]:
        """For a request on a lease, in its turn: whether no other process has one, so that it is begun at once."""
        engine = self._running.engine if self._running is not None else None
        if engine is None:
            yield True
            return
        first = engine.enter_slot()
        try:
            yield first
        finally:
            if self._running is not None and self._running.engine is engine:
                engine.leave_slot()

    async def explained(self, failure: InhouseError) -> InhouseError:
        """A failure of a request, said to be the engine's end where that is what it was."""
        running = self._running
        cut = failure.kind in (ErrorKind.UNREACHABLE, ErrorKind.INCOMPLETE)
        how = await _end_of(running.engine) if cut and running is not None else None
        if how is None or running is None:
            return failure
        return _ended(failure.kind, how, running.engine)

    async def aclose(self) -> None:
        """Leave the engine now; it ends if nobody else uses it."""
        if self._unload is not None:
            self._unload.cancel()
        async with self._starting:
            self._let_go()
        await self._all_ended()

    def retire(self) -> None:
        """New settings have another engine: leave this one as soon as nobody holds a lease."""
        self._retired = True
        self._schedule_unload()

    def abandon(self, channel: Channel) -> None:
        """The engine of this channel is stuck: end it unless it works for others too. The next lease starts anew."""
        if self._running is not None and self._running.channel is channel:
            engine = self._running.engine
            _log.error("the embedded engine does not answer and is given up:\n%s", process.last_words(engine.folder))
            engine.stop_stuck()
            self._let_go()

    def _schedule_unload(self) -> None:
        if self._unload is not None:
            self._unload.cancel()
        if self._leases == 0 and self._running is not None:
            process.trim_log(self._running.engine.folder)
            delay = 0 if self._retired else self._settings.idle_unload
            self._unload = asyncio.get_running_loop().call_later(delay, self._unload_now)

    def _unload_now(self) -> None:
        if self._leases == 0 and self._running is not None:
            idle = f"after {self._settings.idle_unload:g} s without a request"
            _log.info("the embedded engine is let go %s", "for newer settings" if self._retired else idle)
            self._let_go()

    def _let_go(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            self._in_background(running.engine.end())

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
            if self._running is not None and self._running.engine.ended() is not None:
                self._let_go()
            if self._running is None:
                await self._all_ended()  # two models at once may not fit into the memory
                self._running = await self._start()
            return self._running

    async def _start(self) -> _Running:
        engine = await self._found()
        try:
            return _Running(engine, await engine.load())
        except BaseException as exc:
            self._in_background(engine.end())
            await self._all_ended()
            if isinstance(exc, OSError):
                raise _not_started(exc) from exc
            raise

    async def _found(self) -> Engine:
        if sys.platform != "win32":
            from inhouse.inference.embedded import shared  # there is no `fcntl` on Windows

            try:
                return await shared.arrive(self._settings)
            except OSError as exc:
                _log.warning("the embedded engine is not shared with other programs: %s", exc)
        return OwnEngine(self._settings)


async def _end_of(engine: Engine) -> str | None:
    """How it ended, None if it lives: a killed process cuts its connections a moment before it has gone."""
    await process.comes_true(lambda: engine.ended() is not None, _NOTICE_SECONDS)
    return engine.ended()


def _not_started(exc: OSError) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.SERVER_ERROR,
        message=f"The embedded engine cannot be started: {exc.strerror or exc}.",
        hint="The machine may have no memory, disk space or processes left.",
        backend="embedded",
    )


def _ended(kind: ErrorKind, how: str, engine: Engine) -> InhouseError:
    known = f" ({how})" if how else ""
    _log.error("the embedded engine ended%s:\n%s", known, process.last_words(engine.folder))
    return InhouseError(
        kind=kind,
        message=f"The embedded engine ended unexpectedly{known}.",
        hint="Ask again, and it is started anew; if it happens often, the machine may be out of memory.",
        backend="embedded",
    )

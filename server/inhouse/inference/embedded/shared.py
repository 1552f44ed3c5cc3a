"""The engine that all of a user's processes share: joined by each, started by the first."""

import asyncio
import functools
import hashlib
import logging
import os
from pathlib import Path

from inhouse import __version__
from inhouse.inference.egress.channel import Channel
from inhouse.inference.embedded import engine, process, ready, rendezvous
from inhouse.inference.embedded.process import LOOK_SECONDS, EngineSettings
from inhouse.inference.embedded.slot import Slot

_PROTOCOL = 1
"""Of the files in the folder: processes that would not understand each other have different ones."""

_ARRIVE_SECONDS = 10.0
_STOP_SECONDS = 2.0

_log = logging.getLogger(__name__)


class SharedEngine:
    """As `process.Engine`. It ends when its last user has left, or has been killed."""

    def __init__(self, settings: EngineSettings, folder: Path, presence: int) -> None:
        self.folder = folder
        self._settings = settings
        self._presence = presence
        self._slot = Slot(folder)
        self._process: process.Process | None = None
        self._ready: ready.Ready | None = None
        self._channel: Channel | None = None

    async def load(self) -> Channel:
        try:
            async with asyncio.timeout(process.LOAD_SECONDS):
                self._ready = await self._until_ready()
        except TimeoutError:
            raise self._not_loaded() from None
        self._channel = process.open_channel(self.folder, self._ready)
        return self._channel

    async def _until_ready(self) -> ready.Ready:
        while True:
            claimed = rendezvous.claim(self.folder)
            if claimed is not None:
                await self._start(claimed)
            elif rendezvous.has_engine(self.folder) and (found := ready.read(self.folder)):
                return found
            await asyncio.sleep(LOOK_SECONDS)

    async def _start(self, claimed: int) -> None:
        """Nobody has started it, or whoever did has not brought it up; once this process has not, it says so."""
        try:
            if self._process is None:
                rendezvous.clear(self.folder)
                self._process = process.start(self._settings, self.folder, claimed)
                rendezvous.name_engine(claimed, self._process.pid)
                return
        finally:
            os.close(claimed)
        child = self._process
        await process.comes_true(lambda: child.poll() is not None, _STOP_SECONDS)
        raise self._not_loaded()

    def _not_loaded(self) -> Exception:
        _log.error("the embedded engine did not start:\n%s", process.last_words(self.folder))
        return process.not_loaded(self._settings.alias, self._process)

    def ended(self) -> str | None:
        how = process.how_it_ended(self._process) if self._process is not None else None
        if how is not None:
            return how
        # Another may run in its place, or somebody has cleared the folder away.
        lives = ready.read(self.folder) == self._ready and rendezvous.has_engine(self.folder)
        return None if lives else ""

    def enter_slot(self) -> bool:
        return self._slot.enter()

    def leave_slot(self) -> None:
        self._slot.leave()

    def stop_stuck(self) -> None:
        """While others wait for it too, each finds out for itself, and the last one ends it."""
        if self._slot.enter() and self.ended() is None:
            rendezvous.kill(self.folder)

    async def end(self) -> None:
        try:
            if self._channel is not None:
                await self._channel.aclose()
        finally:
            await self._leave()

    async def _leave(self) -> None:
        try:
            if rendezvous.alone(self._presence, self.folder):
                await self._end_engine()
        finally:
            self._slot.close()
            os.close(self._presence)

    async def _end_engine(self) -> None:
        rendezvous.kill(self.folder)  # it may be loading, and then looks at nothing
        try:
            await process.comes_true(lambda: not rendezvous.has_engine(self.folder), _STOP_SECONDS)
        finally:
            if not rendezvous.has_engine(self.folder):
                rendezvous.remove(self.folder)


async def arrive(settings: EngineSettings) -> SharedEngine:
    """Raises OSError where processes cannot share one."""
    folder = folder_of(settings)
    async with asyncio.timeout(_ARRIVE_SECONDS):
        while (presence := rendezvous.arrive(folder)) is None:  # noqa: ASYNC110 - nothing announces what another process does
            await asyncio.sleep(LOOK_SECONDS)
    try:
        return SharedEngine(settings, folder, presence)
    except OSError:
        os.close(presence)
        raise


def is_running(settings: EngineSettings) -> bool:
    """Whether some process of this user has it running."""
    folder = folder_of(settings)
    return ready.read(folder) is not None and rendezvous.has_engine(folder)


def folder_of(settings: EngineSettings) -> Path:
    """The same for all who want the same engine, in the same view of this machine's processes and files."""
    state = _state(settings.model)
    wanted = (
        *(_PROTOCOL, __version__, engine.CONTEXT_LENGTH, settings.alias, settings.threads or process.cores()),
        *((state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns) if state else (str(settings.model),)),
        *(os.geteuid(), os.uname().nodename, _process_ids()),
    )
    name = hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]
    return settings.runtime / f"inhouse-{name}"


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


@functools.cache
def _process_ids() -> str:
    """A container beside this one may have the same folder and the same user, but other processes by these numbers."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""

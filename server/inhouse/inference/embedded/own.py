"""An engine for one process only, where processes cannot share one: no `flock`, no private folder, or Windows."""

import asyncio
import logging
import shutil
import tempfile
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.egress.channel import Channel
from inhouse.inference.embedded import process, ready
from inhouse.inference.embedded.process import LOOK_SECONDS, EngineSettings

_STOP_SECONDS = 2.0

_log = logging.getLogger(__name__)


class OwnEngine:
    """As `process.Engine`; a child that ends with this process."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self.folder = _private_folder(settings.runtime)
        self._process: process.Process | None = None
        self._channel: Channel | None = None

    async def load(self) -> Channel:
        self._process = process.start(self._settings, self.folder)
        try:
            async with asyncio.timeout(process.LOAD_SECONDS):
                found = await self._until_ready(self._process)
        except TimeoutError:
            found = None
        if found is None:
            _log.error("the embedded engine did not start:\n%s", process.last_words(self.folder))
            raise process.not_loaded(self._settings.alias, self._process)
        self._channel = process.open_channel(self.folder, found)
        return self._channel

    async def _until_ready(self, child: process.Process) -> ready.Ready | None:
        while child.poll() is None:
            if found := ready.read(self.folder):
                return found
            await asyncio.sleep(LOOK_SECONDS)
        return None

    def ended(self) -> str | None:
        return process.how_it_ended(self._process) if self._process is not None else ""

    def enter_slot(self) -> bool:
        return True

    def leave_slot(self) -> None:
        pass

    def stop_stuck(self) -> None:
        if self._process is not None:
            self._process.kill()

    async def end(self) -> None:
        try:
            if self._channel is not None:
                await self._channel.aclose()
        finally:
            try:
                if self._process is not None:
                    await _end(self._process)
            finally:
                shutil.rmtree(self.folder, ignore_errors=True)


async def _end(child: process.Process) -> None:
    """Close its stdin, at which it ends by itself; kill it if it does not."""
    assert child.stdin is not None
    child.stdin.close()
    try:
        await process.comes_true(lambda: child.poll() is not None, _STOP_SECONDS)
    finally:  # also when cancelled, as the loop does with every task at its own end
        if child.poll() is None:
            child.kill()
    await asyncio.to_thread(child.wait)


def _private_folder(runtime: Path) -> Path:
    for parent in (str(runtime), None):
        try:
            return Path(tempfile.mkdtemp(prefix="inhouse-", dir=parent))
        except OSError as exc:
            _log.warning("no folder for the engine in %s: %s", parent or "any temporary folder", exc)
    raise InhouseError(
        kind=ErrorKind.SERVER_ERROR,
        message="The embedded engine cannot run, since no temporary folder can be written to.",
        hint="Set TMPDIR to a folder of yours that can be written to.",
        backend="embedded",
    )

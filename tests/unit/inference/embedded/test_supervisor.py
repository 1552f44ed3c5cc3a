"""The engine's process, played by a script: no end of it leaves anything behind."""

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from inhouse.config.schema import Config
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Zone
from inhouse.governance.admission import admit_text
from inhouse.governance.policy import Policy
from inhouse.inference.embedded import backend as backend_module
from inhouse.inference.embedded import supervisor as supervisor_module
from inhouse.inference.embedded.backend import EmbeddedBackend
from inhouse.inference.embedded.supervisor import EngineSettings, Supervisor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script listens on a Unix socket")

LOADS_FOR_EVER = "import time; time.sleep(60)"
SILENT = """
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(os.environ["INHOUSE_ENGINE_SOCKET"])
server.listen()
print("ready 0", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def runtime() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="ih-") as folder:
        yield Path(folder)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.subprocess.Process]:
    monkeypatch.setattr(supervisor_module, "_STOP_SECONDS", 0.2)
    return []


def play(script: str, started: list[asyncio.subprocess.Process], monkeypatch: pytest.MonkeyPatch) -> None:
    real = asyncio.create_subprocess_exec

    async def spawn(*_command: str, **options: object) -> asyncio.subprocess.Process:
        process = await real(sys.executable, "-c", script, **options)  # pyright: ignore[reportArgumentType]
        started.append(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", spawn)


def engine(runtime: Path) -> Supervisor:
    return Supervisor(EngineSettings(runtime / "tiny.gguf", "tiny", threads=1, idle_unload=600, runtime=runtime))


async def hold(supervisor: Supervisor) -> None:
    async with supervisor.lease():
        pass


async def until_started(started: list[asyncio.subprocess.Process], count: int = 1) -> None:
    async with asyncio.timeout(10):
        while len(started) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_cancelled_while_it_loads(
    runtime: Path, started: list[asyncio.subprocess.Process], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    play(LOADS_FOR_EVER, started, monkeypatch)
    supervisor = engine(runtime)
    asking = asyncio.create_task(hold(supervisor))
    await until_started(started)
    for _ in range(times):
        await asyncio.sleep(0.02)
        asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    await supervisor.aclose()
    assert started[0].returncode is not None
    assert list(runtime.iterdir()) == []


async def test_closing_that_is_cancelled_goes_on(
    runtime: Path, started: list[asyncio.subprocess.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT.replace("sys.stdin.read()", "import time; time.sleep(60)"), started, monkeypatch)
    supervisor = engine(runtime)
    await hold(supervisor)
    closing = asyncio.create_task(supervisor.aclose())
    await asyncio.sleep(0.02)
    closing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await closing
    await supervisor.aclose()
    assert started[0].returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


async def test_a_retired_one_says_why_it_ends_and_is_closed(
    runtime: Path,
    started: list[asyncio.subprocess.Process],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    play(SILENT, started, monkeypatch)
    supervisor = engine(runtime)
    async with supervisor.lease():
        supervisor.retire()
        assert not supervisor.closed
    await asyncio.sleep(0.05)
    assert supervisor._running is None  # pyright: ignore[reportPrivateUsage]
    await supervisor.aclose()
    assert supervisor.closed
    assert started[0].returncode is not None
    assert "newer settings" in caplog.text
    assert "600 s" not in caplog.text


async def test_a_stuck_engine_is_ended_and_started_anew(
    runtime: Path, started: list[asyncio.subprocess.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_module, "COUNT_SECONDS", 0.2)
    play(SILENT, started, monkeypatch)
    supervisor = engine(runtime)
    embedded = EmbeddedBackend(Config(), runtime, supervisor)
    for _ in range(2):
        with pytest.raises(InhouseError, match="did not count") as caught:
            await embedded.count_text(
                admit_text("text", "r1", "embedded", Zone.LOCAL, Policy(air_gapped=True, local_networks=()))
            )
        assert (caught.value.kind, caught.value.backend, bool(caught.value.hint)) == (
            ErrorKind.TIMEOUT,
            "embedded",
            True,
        )
        assert not supervisor.loaded
    await supervisor.aclose()
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)

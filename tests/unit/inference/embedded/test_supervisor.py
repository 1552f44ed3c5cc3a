"""The engine's process, played by a script: it is shared, and no end of it leaves anything behind."""

import asyncio
import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from inhouse.config.schema import Config
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Zone
from inhouse.governance.admission import admit_text
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.embedded import backend as backend_module
from inhouse.inference.embedded import own, process
from inhouse.inference.embedded.backend import EmbeddedBackend
from inhouse.inference.embedded.process import EngineSettings
from inhouse.inference.embedded.shared import folder_of
from inhouse.inference.embedded.supervisor import Supervisor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script listens on a Unix socket")

LOADS_FOR_EVER = "import time; time.sleep(60)"
SERVES = """
import os, socket, sys
from pathlib import Path
from inhouse.inference.embedded import ready, rendezvous
server = socket.socket(socket.AF_UNIX)
server.bind("engine.sock")
server.listen()
ready.write(Path.cwd(), ready.Ready("unix", str(os.getpid())))
"""
SILENT = f"""{SERVES}
if os.environ.get("INHOUSE_ENGINE_SHARED"):
    rendezvous.wait_until_deserted(Path.cwd())
else:
    sys.stdin.read()
"""
DEAF = f"{SERVES}\n{LOADS_FOR_EVER}"


class Started(list[subprocess.Popen[bytes]]):
    """The processes that played the engine, in the order of their start."""

    @property
    def all_ended(self) -> bool:
        return all(each.poll() is not None for each in self)


@pytest.fixture
def runtime() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="ih-") as folder:
        yield Path(folder)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Generator[Started]:
    monkeypatch.setattr(own, "_STOP_SECONDS", 0.2)
    processes = Started()
    yield processes
    for each in processes:
        each.kill()
        each.wait()


def play(script: str, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def spawn(_command: object, **options: object) -> subprocess.Popen[bytes]:
        child: subprocess.Popen[bytes] = real([sys.executable, "-c", script], **options)  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]
        started.append(child)
        return child

    monkeypatch.setattr(subprocess, "Popen", spawn)


def settings(runtime: Path, *, threads: int = 1, idle_unload: float = 600) -> EngineSettings:
    return EngineSettings(runtime / "tiny.gguf", "tiny", threads, idle_unload, runtime)


def engine(runtime: Path, *, threads: int = 1, idle_unload: float = 600) -> Supervisor:
    return Supervisor(settings(runtime, threads=threads, idle_unload=idle_unload))


async def hold(supervisor: Supervisor) -> None:
    async with supervisor.lease():
        pass


async def until_started(started: Started) -> None:
    assert await process.comes_true(lambda: bool(started), 10)


def plant_link(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir(0o700)
    folder.symlink_to(folder.parent / "elsewhere")


def plant_open(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)


def plant_file(folder: Path) -> None:
    folder.touch()


def open_parent(folder: Path) -> None:
    folder.parent.chmod(0o777)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_cancelled_while_it_loads(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch, times: int
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
    assert started.all_ended
    assert list(runtime.iterdir()) == []


async def test_closing_that_is_cancelled_goes_on(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(DEAF, started, monkeypatch)
    supervisor = engine(runtime)
    await hold(supervisor)
    closing = asyncio.create_task(supervisor.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await closing
    await supervisor.aclose()
    assert started.all_ended
    assert list(runtime.iterdir()) == []


async def test_a_retired_one_says_why_it_ends_and_is_closed(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    play(SILENT, started, monkeypatch)
    supervisor = engine(runtime)
    async with supervisor.lease():
        supervisor.retire()
        assert not supervisor.closed
    assert await process.comes_true(lambda: supervisor.closed, 5)
    assert started.all_ended
    assert "newer settings" in caplog.text
    assert "600 s" not in caplog.text


async def test_a_stuck_engine_is_ended_and_started_anew(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    monkeypatch.setattr(backend_module, "COUNT_SECONDS", 0.2)
    supervisor = engine(runtime)
    for _ in range(2):
        await fails_to_count(supervisor, runtime)
    await supervisor.aclose()
    assert len(started) == 2
    assert started.all_ended


async def fails_to_count(supervisor: Supervisor, runtime: Path) -> None:
    embedded = EmbeddedBackend(Config(), runtime, supervisor)
    policy = Policy(air_gapped=True, local_networks=())
    with pytest.raises(InhouseError, match="did not count") as caught:
        await embedded.count_text(admit_text("text", "r1", "embedded", Zone.LOCAL, policy, Redactor()))
    assert (caught.value.kind, caught.value.backend, bool(caught.value.hint)) == (ErrorKind.TIMEOUT, "embedded", True)


async def test_an_engine_at_work_for_others_is_not_taken_for_stuck(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    monkeypatch.setattr(backend_module, "COUNT_SECONDS", 0.2)
    one, other = engine(runtime), engine(runtime)
    async with one.lease():
        with one.slot() as first:
            assert first
            await fails_to_count(other, runtime)
            assert not started.all_ended
        await fails_to_count(other, runtime)
        assert await process.comes_true(lambda: started.all_ended, 5)
    await asyncio.gather(one.aclose(), other.aclose())
    assert len(started) == 1


async def test_of_many_at_once_one_starts_it_and_the_last_ends_it(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    users = [engine(runtime) for _ in range(10)]
    await asyncio.gather(*map(hold, users))
    assert len(started) == 1
    assert all(user.loaded for user in users)
    for user in users:
        assert not started.all_ended
        await user.aclose()
    assert started.all_ended
    assert list(runtime.iterdir()) == []


async def test_those_who_come_and_go_never_meet_two_and_leave_none(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    users = [engine(runtime, idle_unload=0.001) for _ in range(8)]

    async def come_and_go(user: Supervisor) -> None:
        for _ in range(6):
            async with user.lease():
                assert sum(each.poll() is None for each in started) == 1
            await asyncio.sleep(0.002)  # for longer than it keeps an engine: some of them end it

    await asyncio.gather(*map(come_and_go, users))
    for user in users:
        await user.aclose()
    assert started.all_ended
    assert list(runtime.iterdir()) == []


async def test_it_is_kept_by_whoever_wants_it_longest(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    play(SILENT, started, monkeypatch)
    patient, hasty = engine(runtime), engine(runtime, idle_unload=0.01)
    await hold(patient)
    await hold(hasty)
    assert await process.comes_true(lambda: "let go after 0.01 s" in caplog.text, 5)
    await hold(hasty)
    assert len(started) == 1
    await asyncio.gather(patient.aclose(), hasty.aclose())
    assert started.all_ended


async def test_whoever_started_it_may_leave_while_it_loads_for_another(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = "import time, pathlib\nwhile not pathlib.Path('../go').exists(): time.sleep(0.01)\n"
    play(waits + SILENT, started, monkeypatch)
    first, second = engine(runtime), engine(runtime)
    starting = asyncio.create_task(hold(first))
    await until_started(started)
    waiting = asyncio.create_task(hold(second))
    await asyncio.sleep(0.05)
    starting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await starting
    await first.aclose()
    (runtime / "go").touch()
    await waiting
    assert len(started) == 1
    await second.aclose()
    assert started.all_ended


async def test_other_settings_have_another_engine(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    for content in (b"a model", b"another model"):
        (runtime / "tiny.gguf").write_bytes(content)
        users = [engine(runtime), engine(runtime, threads=2), engine(runtime, idle_unload=1)]
        await asyncio.gather(*map(hold, users))
        await asyncio.gather(*(user.aclose() for user in users))
    assert len(started) == 4
    assert started.all_ended


async def test_one_that_dies_is_told_and_started_anew_once_for_all(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    users = [engine(runtime) for _ in range(3)]
    cut = InhouseError(kind=ErrorKind.INCOMPLETE, message="cut", hint="", backend="embedded")
    await asyncio.gather(*map(hold, users))
    assert (await users[0].explained(cut)) is cut
    started[0].kill()
    for user in users:
        told = await user.explained(cut)
        assert (told.kind, "ended unexpectedly" in told.message, bool(told.hint)) == (ErrorKind.INCOMPLETE, True, True)
        assert not user.loaded
    await asyncio.gather(*map(hold, users))
    assert len(started) == 2
    await asyncio.gather(*(user.aclose() for user in users))
    assert started.all_ended
    assert list(runtime.iterdir()) == []


async def test_what_a_crash_of_everybody_left_is_no_obstacle(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    folder = folder_of(settings(runtime))
    folder.mkdir(0o700)
    for name in ("engine.sock", "ready", "lock", "slot"):
        (folder / name).write_text("4194304\nold\n")
    supervisor = engine(runtime)
    assert not supervisor.loaded
    await hold(supervisor)
    await supervisor.aclose()
    assert len(started) == 1
    assert list(runtime.iterdir()) == []


async def test_a_folder_that_somebody_cleared_away_is_made_anew(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(SILENT, started, monkeypatch)
    before, after = engine(runtime), engine(runtime)
    await hold(before)
    shutil.rmtree(folder_of(settings(runtime)))
    await asyncio.gather(hold(before), hold(after))
    assert await process.comes_true(lambda: started[0].poll() is not None, 5)
    await before.aclose()
    assert (len(started), started[1].poll()) == (2, None)
    await after.aclose()
    assert started.all_ended


@pytest.mark.parametrize("plant", [None, open_parent], ids=["shared", "own"])
@pytest.mark.parametrize(
    ("script", "message"),
    [("raise SystemExit('no such tensor')", "cannot load"), ("import os; os.kill(os.getpid(), 9)", "was killed while")],
)
async def test_one_that_does_not_load_says_why(
    runtime: Path,
    started: Started,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    script: str,
    message: str,
    plant: Callable[[Path], None] | None,
) -> None:
    play(script, started, monkeypatch)
    if plant:
        plant(folder_of(settings(runtime)))
    supervisor = engine(runtime)
    with pytest.raises(InhouseError, match=message) as caught:
        await hold(supervisor)
    assert (caught.value.kind, bool(caught.value.hint)) == (ErrorKind.SERVER_ERROR, True)
    assert ("no such tensor" in caplog.text) == ("tensor" in script)
    await supervisor.aclose()
    assert list(runtime.iterdir()) == []


async def test_a_system_that_cannot_start_it_is_a_clear_error(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    supervisor = engine(runtime)
    with pytest.raises(InhouseError, match="cannot be started: No such file") as caught:
        await hold(supervisor)
    assert (caught.value.kind, bool(caught.value.hint)) == (ErrorKind.SERVER_ERROR, True)
    assert list(runtime.iterdir()) == []


@pytest.mark.parametrize("plant", [plant_link, plant_open, plant_file, open_parent])
async def test_a_folder_that_is_not_only_ours_is_not_used(
    runtime: Path,
    started: Started,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    plant: Callable[[Path], None],
) -> None:
    """Each process has an engine of its own then, as on a system without such locks."""
    play(SILENT, started, monkeypatch)
    plant(folder_of(settings(runtime)))
    before = set(runtime.rglob("*"))
    users = [engine(runtime), engine(runtime)]
    await asyncio.gather(*map(hold, users))
    assert len(started) == 2
    assert all(user.loaded for user in users)
    assert "not shared" in caplog.text
    await asyncio.gather(*(user.aclose() for user in users))
    assert started.all_ended
    assert set(runtime.rglob("*")) == before


async def test_without_a_runtime_folder_there_is_one_of_its_own_elsewhere(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    play(SILENT, started, monkeypatch)
    monkeypatch.setattr(tempfile, "tempdir", str(runtime))
    supervisor = engine(runtime / "nowhere")
    await hold(supervisor)
    assert "not shared" in caplog.text
    await supervisor.aclose()
    assert started.all_ended
    assert list(runtime.iterdir()) == []


async def test_an_unshared_one_that_does_not_end_is_killed(
    runtime: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(DEAF, started, monkeypatch)
    open_parent(folder_of(settings(runtime)))
    supervisor = engine(runtime)
    await hold(supervisor)
    await supervisor.aclose()
    assert started.all_ended
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)

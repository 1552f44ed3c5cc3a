"""`api_key_command`: real programs, good and bad ones."""

import asyncio
import stat
import time
from pathlib import Path

import pytest

from inhouse.domain.errors import InhouseError
from inhouse.inference.keys import command as module
from inhouse.inference.keys.command import KeyCommand
from tests.until import until

CANARY = "sk-canary-4711-do-not-print"


def program(folder: Path, body: str, *, name: str = "sso", mode: int = 0o700) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(mode)
    return str(path)


def command(*words: str, ttl: float = 300) -> KeyCommand:
    return KeyCommand("lab", words, ttl)


async def failure(key: KeyCommand) -> InhouseError:
    with pytest.raises(InhouseError) as caught:
        await key.key()
    error = caught.value
    assert (error.backend, bool(error.hint)) == ("lab", True)
    assert CANARY not in f"{error.message} {error.hint}"
    return error


@pytest.mark.parametrize("printed", ["sk-1", "sk-1\\n", "  sk-1 \\r\\nmore", "\\nsk-1\\n"])
async def test_the_first_line_is_the_key(tmp_path: Path, printed: str) -> None:
    assert (await command(program(tmp_path, f"printf '{printed}'")).key()).reveal() == "sk-1"


async def test_arguments_are_passed_as_they_are_and_no_shell_reads_them(tmp_path: Path) -> None:
    words = ("a b", "$HOME", "; rm x", "*", "")
    sso = program(tmp_path, f'printf "%s|" "$@" > {tmp_path}/seen; echo sk-1')
    await command(sso, *words).key()
    assert (tmp_path / "seen").read_text() == "|".join(words) + "|"


async def test_it_sees_a_small_environment_and_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_KEY", CANARY)
    monkeypatch.setenv("LD_PRELOAD_NOT", CANARY)
    monkeypatch.setenv("KRB5CCNAME", "FILE:/tmp/krb")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.chdir(tmp_path)
    sso = program(tmp_path, f"env > {tmp_path}/env; pwd > {tmp_path}/pwd; cat; test -t 0 || echo sk-1")
    await command(sso).key()
    seen = (tmp_path / "env").read_text()
    assert CANARY not in seen
    assert "KRB5CCNAME=FILE:/tmp/krb" in seen
    assert "LC_TIME=C" in seen
    assert (tmp_path / "pwd").read_text() == "/\n"


async def test_it_runs_once_for_all_who_wait_and_not_again_while_the_key_is_good(tmp_path: Path) -> None:
    key = command(program(tmp_path, f"echo run >> {tmp_path}/runs; echo sk-$$"))
    found = await asyncio.gather(*(key.key() for _ in range(20)))
    assert len({each.reveal() for each in found}) == 1
    assert await key.key() == found[0]
    assert (tmp_path / "runs").read_text().split() == ["run"]


async def test_it_runs_again_for_a_refused_key_once_for_all_who_had_it(tmp_path: Path) -> None:
    key = command(program(tmp_path, f"echo run >> {tmp_path}/runs; echo sk-1"))
    old = await key.key()
    for _ in range(3):
        await key.key(instead_of=old)
    await asyncio.gather(*(key.key(instead_of=old) for _ in range(5)))
    assert (tmp_path / "runs").read_text().split() == ["run", "run"]


async def test_it_runs_again_when_the_time_is_over(tmp_path: Path) -> None:
    key = command(program(tmp_path, f"echo run >> {tmp_path}/runs; echo sk-1"), ttl=1e-9)
    await key.key()
    await key.key()
    assert (tmp_path / "runs").read_text().split() == ["run", "run"]


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (f"echo {CANARY} >&2; exit 3", "unauthorized", "exit code 3, with a message on its error output"),
        (f"echo {CANARY}; exit 1", "unauthorized", "exit code 1."),
        ("kill -9 $$", "unauthorized", "signal 9"),
        ("true", "unauthorized", "printed nothing"),
        ("echo; echo ' '", "unauthorized", "printed nothing"),
        (f"echo 'key: {CANARY}'", "invalid_config", "blanks"),
        (f"printf '{CANARY}\\0x'", "invalid_config", "other characters"),
        ("printf '\\377\\376'", "invalid_config", "other characters"),
        ("echo schlüssel", "invalid_config", "other characters"),
    ],
)
async def test_what_went_wrong_is_said_and_nothing_that_it_printed(
    tmp_path: Path, body: str, kind: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    error = await failure(command(program(tmp_path, body)))
    assert (error.kind.value, says in error.message) == (kind, True), error.message
    assert CANARY not in caplog.text


async def test_a_program_that_is_not_there_or_may_not_run(tmp_path: Path) -> None:
    missing = await failure(command(str(tmp_path / "gone")))
    assert (missing.kind.value, "does not exist" in missing.message) == ("invalid_config", True)
    for mode, body in ((0o600, "echo sk-1"), (0o700, "echo sk-1")):
        path = Path(program(tmp_path, body, mode=mode))
        if mode & stat.S_IXUSR:
            path.write_bytes(b"\x7fELFnot really")
        error = await failure(command(str(path)))
        assert error.kind.value == "invalid_config"
        assert "may not be executed" in error.message or "no program" in error.message


async def test_a_lot_of_output_stops_nothing(tmp_path: Path) -> None:
    sso = program(tmp_path, "echo sk-1; head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2")
    assert (await command(sso).key()).reveal() == "sk-1"


@pytest.fixture
def endless(tmp_path: Path) -> str:
    """Tells its process and its child's, and waits for ever in the child."""
    return program(tmp_path, f"sleep 600 & echo $! $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pids; wait")


async def test_a_program_that_takes_too_long_is_ended_with_its_children(
    tmp_path: Path, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMMAND_SECONDS", 0.5)
    error = await failure(command(endless))
    assert (error.kind.value, "within 0.5 s" in error.message) == ("unauthorized", True)
    await gone(tmp_path / "pids")


async def test_a_program_that_nobody_waits_for_any_more_is_ended(tmp_path: Path, endless: str) -> None:
    waiting = asyncio.create_task(command(endless).key())
    pids = tmp_path / "pids"
    await until(pids.exists)
    waiting.cancel()
    await asyncio.wait({waiting})
    await gone(pids)


@pytest.mark.parametrize("steps", range(7))
async def test_so_is_one_that_has_only_just_begun(tmp_path: Path, endless: str, steps: int) -> None:
    waiting = asyncio.create_task(command(endless).key())
    for _ in range(steps):
        await asyncio.sleep(0)
    pids = tmp_path / "pids"
    began = time.monotonic()
    while steps and not pids.exists() and time.monotonic() - began < 1:
        time.sleep(0.001)  # noqa: ASYNC251 - the program is ahead of a busy loop
    waiting.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
    if pids.exists():
        await gone(pids)


async def gone(pids: Path) -> None:
    await until(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()))


def alive(pid: int) -> bool:
    """Whether it runs; one that has ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_environment_that_is_passed_on_holds_no_way_to_load_code() -> None:
    risky = {"LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONSTARTUP", "NODE_OPTIONS", "BASH_ENV", "ENV"}
    assert not risky & module.PASSED_ON

"""Running `git` such that it runs nothing else: no program of a repository's choice, no network, no terminal."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError

GIT_SECONDS = 30.0
_END_SECONDS = 2.0
_MOST_COMPLAINT = 4_000
_PIECE = 65_536

_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=false",
    "safe.bareRepository=explicit",  # a folder of the working tree that looks like a repository is none
)

_KEPT = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",  # in a hook, git names the index that is to be committed
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES",
})  # fmt: skip
"""Variables for git that pass; others name programs and files, too."""

_OVERRIDDEN = {
    "GIT_ALLOW_PROTOCOL": "none",  # a missing object stays missing: its "remote" may be a program
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Output:
    """`data` is what it printed, up to the limit; `cut`: there was more. `complaint`: its errors' first line."""

    code: int
    data: bytes
    cut: bool
    complaint: str


async def run_git(folder: Path, arguments: Sequence[str], most_bytes: int, environ: Mapping[str, str]) -> Output:
    """Raises where there is no git, and `timeout` after GIT_SECONDS. Cancelling it ends the program."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        process = await asyncio.create_subprocess_exec(
            _program(folder, environ),
            *settings,
            *arguments,
            cwd=folder,
            env=_environment(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # no terminal to ask at
        )
    except OSError as exc:
        raise _impossible(f"git cannot be run in {folder}: {exc.strerror}.") from None
    try:
        async with asyncio.timeout(GIT_SECONDS):
            (data, cut), (errors, _) = await asyncio.gather(
                _read(process.stdout, most_bytes, process), _read(process.stderr, _MOST_COMPLAINT, None)
            )
            code = await process.wait()
    except TimeoutError:
        raise InhouseError(
            kind=ErrorKind.TIMEOUT,
            message=f"git took longer than {GIT_SECONDS:g} s.",
            hint="Try `git status` in that folder: the repository may be large, or on a slow disk.",
        ) from None
    finally:
        await _end(process)
    return Output(code, data, cut, _complaint(errors))


async def _read(
    stream: asyncio.StreamReader | None, most_bytes: int, ends: asyncio.subprocess.Process | None
) -> tuple[bytes, bool]:
    """What comes, up to `most_bytes`, and whether there was more. A process that `ends` is not let go on then."""
    assert stream is not None
    data = bytearray()
    while piece := await stream.read(_PIECE):
        data += piece[: most_bytes + 1 - len(data)]
        if len(data) > most_bytes and ends is not None:
            _kill(ends)
            break
    return bytes(data[:most_bytes]), len(data) > most_bytes


def _program(folder: Path, environ: Mapping[str, str]) -> str:
    """Never one that lies in the repository, or is found by a path that depends on where we are."""
    places = [Path(place) for place in environ.get("PATH", os.defpath).split(os.pathsep)]
    trusted = [str(place) for place in places if place.is_absolute() and not place.is_relative_to(folder)]
    found = shutil.which("git", path=os.pathsep.join(trusted))
    if found is None or Path(found).is_relative_to(folder) or not Path(found).is_absolute():
        raise _impossible("There is no git on this machine's PATH.")
    return found


def _impossible(message: str) -> InhouseError:
    hint = "Install git, and run this in a folder that is there."
    return InhouseError(kind=ErrorKind.INVALID_REQUEST, message=message, hint=hint)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    passed = {name: value for name, value in environ.items() if not name.startswith("GIT_") or name in _KEPT}
    return passed | _OVERRIDDEN


def _complaint(errors: bytes) -> str:
    """In one line for a person: `fatal: bad revision 'x'` is "bad revision 'x'"."""
    text = errors.decode("utf-8", "replace").strip()
    line = text.partition("\n")[0].removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
    return "".join(char for char in line[:300] if char.isprintable()) or "it gave no reason"


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        _kill(process)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()

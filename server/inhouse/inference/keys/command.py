"""`api_key_command`: a program that prints a short-lived key, run once for all who wait for it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.secret import Secret, is_key
from inhouse.inference.keys.flight import SingleFlight
from inhouse.inference.keys.token import Token, token

COMMAND_SECONDS = 10.0
"""For which the program may run; nobody can answer it, so it has nothing to wait for."""

OUTPUT_BYTES = 65_536
_END_SECONDS = 2.0

PASSED_ON = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP",
    # where such programs keep their sessions, and how they reach their agents
    "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS", "KRB5CCNAME", "KRB5_CONFIG", "SSH_AUTH_SOCK", "DISPLAY", "WAYLAND_DISPLAY",
    # how they reach the company's login server: they are the user's own program, and their traffic is not ours
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    # without which nothing runs on Windows
    "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME", "USERDOMAIN", "APPDATA",
    "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES",
})  # fmt: skip
"""What the program gets of the environment, with LC_…: enough to find its own session. The rest stays here: keys of
other programs, and what makes a program load other code (LD_PRELOAD, PYTHONPATH, NODE_OPTIONS)."""


class KeyCommand:
    """One backend's command, and the key that it printed last, in memory only."""

    def __init__(self, backend: str, command: tuple[str, ...], ttl: float) -> None:
        self._backend = backend
        self._command = command
        self._ttl = ttl
        self._kept: Token | None = None
        self._running: SingleFlight[Secret] = SingleFlight()

    async def key(self, *, instead_of: Secret | None = None) -> Secret:
        """The kept one while it is valid and not the very one that was refused, else a new one; raises InhouseError."""
        kept = self._kept
        if kept is not None and kept.valid and kept.secret is not instead_of:
            return kept.secret
        return await self._running.join(self._run)

    async def aclose(self) -> None:
        await self._running.aclose()

    async def _run(self) -> Secret:
        secret = Secret(await _printed(self._command, self._backend))
        self._kept = token(secret, self._ttl)
        return secret


async def _printed(command: tuple[str, ...], backend: str) -> str:
    """The first line that it prints; what it says on stderr is for a terminal, and may hold anything."""
    process = await _started(command, backend)
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            printed, complained = await asyncio.gather(_read(process.stdout), _read(process.stderr))
            code = await process.wait()
    except TimeoutError:
        await _end(process)
        message = f"{_the_command(backend)} printed no key within {COMMAND_SECONDS:g} s."
        raise _failed(backend, message, "Run it in a terminal: it must end without asking anything.") from None
    except BaseException:
        await _end(process)
        raise
    if code != 0:
        how = f"ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
        said = ", with a message on its error output" if complained else ""
        raise _failed(backend, f"{_the_command(backend)} {how}{said}.", "Run it in a terminal to see what it says.")
    return _first_line(printed, backend)


async def _started(command: tuple[str, ...], backend: str) -> asyncio.subprocess.Process:
    """Ends what it starts when cancelled: asyncio itself would leave the program's children behind."""
    starting = asyncio.create_task(_start(command, backend))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(InhouseError):
            await _end(await starting)
        raise


async def _start(command: tuple[str, ...], backend: str) -> asyncio.subprocess.Process:
    correct = f"Correct backends.{backend}.api_key_command."
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=Path(command[0]).anchor,  # never a workspace, whose files it might read
            env=_environment(os.environ),
            start_new_session=True,  # no terminal to ask at, and its children can be ended with it
        )
    except (FileNotFoundError, NotADirectoryError):
        raise _wrong(backend, f"{_the_command(backend)} does not exist.", correct) from None
    except PermissionError:
        raise _wrong(backend, f"{_the_command(backend)} may not be executed.", correct) from None
    except OSError:
        raise _wrong(backend, f"{_the_command(backend)} is no program that this machine can run.", correct) from None


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name in PASSED_ON or name.startswith("LC_")}


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """Its start; the rest is read and forgotten, for a full pipe would stop the program."""
    assert stream is not None
    start = bytearray()
    while data := await stream.read(OUTPUT_BYTES):
        start += data[: OUTPUT_BYTES - len(start)]
    return bytes(start)


def _first_line(printed: bytes, backend: str) -> str:
    line = printed.lstrip().partition(b"\n")[0].strip().decode("utf-8", "replace")
    if not line:
        raise _failed(
            backend, f"{_the_command(backend)} printed nothing.", "Run it in a terminal: it must print a key."
        )
    if not is_key(line):
        message = f"{_the_command(backend)} printed blanks or other characters that no key has."
        raise _wrong(backend, message, "It must print the bare key, alone on the first line.")
    return line


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):  # somebody outside its session may hold its pipes
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()


def _the_command(backend: str) -> str:
    return f"The api_key_command of {backend}"


def _failed(backend: str, message: str, hint: str) -> InhouseError:
    return InhouseError(kind=ErrorKind.UNAUTHORIZED, message=message, hint=hint, backend=backend)


def _wrong(backend: str, message: str, hint: str) -> InhouseError:
    return InhouseError(kind=ErrorKind.INVALID_CONFIG, message=message, hint=hint, backend=backend)

"""The command as a process of its own, with a home of its own."""

import os
import select
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.fakes.server import FakeBackend

PATIENCE = 30.0


class Cli:
    """`inhouse`, run in `folder`, which is no repository, by a user with nothing configured but `environ`."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self.environ = environ
        self.folder = folder

    def run(self, *args: str, stdin: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """`stdin` is piped in; None is /dev/null."""
        with self.start(*args, piped=stdin is not None, **environ) as process:
            out, err = process.communicate(None if stdin is None else stdin.encode(), PATIENCE)
        return subprocess.CompletedProcess(args, process.returncode, out.decode(), err.decode())

    def start(self, *args: str, piped: bool = False, **environ: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "inhouse", *args],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def on_terminal(self, *args: str, **environ: str) -> tuple[int, str]:
        """Exit code and everything that a person's terminal receives."""
        ours, theirs = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "inhouse", *args],
            cwd=self.folder,
            env=self.environ | {"TERM": "xterm"} | environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        received = _read_all(ours)
        return process.wait(PATIENCE), received


def _read_all(terminal: int) -> str:
    received = b""
    with os.fdopen(terminal, "rb", buffering=0) as file:
        while select.select([file], [], [], PATIENCE)[0]:
            try:
                data = file.read(65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not data:
                break
            received += data
    return received.decode()


@pytest.fixture
def cli(home: dict[str, str], tmp_path: Path) -> Cli:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Cli(home, folder)


@pytest.fixture
def backend(cli: Cli) -> Generator[FakeBackend]:
    """A healthy backend, named lab in the user's file; there is nothing else to fall back to."""
    with FakeBackend() as fake:
        user_file = Path(cli.environ["XDG_CONFIG_HOME"]) / "inhouse" / "inhouse.toml"
        user_file.parent.mkdir()
        user_file.write_text(f'[backends.lab]\nurl = "{fake.url}"\n[embedded]\nenabled = false\n')
        yield fake

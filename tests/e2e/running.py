"""The `inhouse` command as a user's shell runs it."""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

INHOUSE = str(Path(sys.executable).parent / "inhouse")
PATIENCE = 60.0


def run_inhouse(
    home: Mapping[str, str], *args: str, stdin: str | None = None, cwd: Path | None = None, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Runs to the end, without a terminal; `stdin` is piped in. `before` is put in front, e.g. `unshare -rn`."""
    return subprocess.run(
        [*before, INHOUSE, *args],
        env=dict(home),
        cwd=cwd or home["HOME"],
        stdin=subprocess.DEVNULL if stdin is None else None,  # else subprocess makes the pipe for `input`
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def inhouse(home: Mapping[str, str], *args: str) -> Generator[subprocess.Popen[bytes]]:
    """A run that the test itself brings to its end; killed if it does not."""
    process = subprocess.Popen(
        [INHOUSE, *args],
        env=dict(home),
        cwd=home["HOME"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_exactly(process: subprocess.Popen[bytes], size: int) -> bytes:
    """The next bytes of its stdout."""
    assert process.stdout is not None
    data = b""
    while len(data) < size and (more := os.read(process.stdout.fileno(), size - len(data))):
        data += more
    return data

"""Putting a model's file in its place: one at a time, checked first, and whole or not at all."""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.embedded.store import GGUF_MAGIC

Report = Callable[[str, int, int | None], None]
"""Called with what is being done, the bytes done, and the bytes there are if that is known."""

CHUNK = 1 << 20
SLACK = 64 << 20
"""Bytes left free beyond what is needed."""
WORK_PREFIX = ".pull-"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a model's file must be; None where nobody said."""

    sha256: str | None = None
    size: int | None = None


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_as_expected(path: Path, expected: Expected) -> bool:
    """Whether a file is there and surely the right one: not without a checksum."""
    if expected.sha256 is None or not path.is_file():
        return False
    if expected.size is not None and path.stat().st_size != expected.size:
        return False
    return digest(path) == expected.sha256


def verify(path: Path, expected: Expected) -> str:
    """The file's SHA-256. Raises if it is not a GGUF file, or not the one expected."""
    with path.open("rb") as file:
        magic = file.read(len(GGUF_MAGIC))
    if magic != GGUF_MAGIC:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message="That is not a GGUF file.",
            hint="The embedded engine runs models in llama.cpp's GGUF format only.",
        )
    found = digest(path)
    if expected.sha256 not in {None, found}:
        raise InhouseError(
            kind=ErrorKind.BAD_RESPONSE,
            message=f"The checksum is wrong: the file has SHA-256 {found}, not {expected.sha256}.",
            hint="Nothing was installed. Try again, and mistrust the source if it stays so.",
        )
    return found


def copy(source: IO[bytes], target: Path, label: str, total: int | None, report: Report) -> None:
    """Write a stream to a new file that nobody else can read."""
    done = 0
    with open(target, "xb", opener=_private) as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
            done += len(chunk)
            report(label, done, total)


def publish(path: Path, target: Path) -> None:
    """Rename into place, once it is safely on the disk. Both lie in one file system."""
    path.chmod(0o600)
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.replace(target)
    if sys.platform != "win32":
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def need_room(folder: Path, size: int) -> None:
    """Raise unless the disk has room for so many bytes and some to spare."""
    free = shutil.disk_usage(folder).free
    if free < size + SLACK:
        raise _no_room(f"about {(size + SLACK) // 1_000_000} MB are needed and {free // 1_000_000} MB are free")


@contextmanager
def workshop(folder: Path, report: Report) -> Generator[Path]:
    """A private folder beside the models, gone afterwards; at most one process is in it at a time."""
    with _translated():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with _locked(folder / ".lock", report):
            for leftover in folder.glob(f"{WORK_PREFIX}*"):  # of a process that was killed
                shutil.rmtree(leftover, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=WORK_PREFIX, dir=folder) as work:
                yield Path(work)


@contextmanager
def _locked(path: Path, report: Report) -> Generator[None]:
    with open(path, "wb", opener=_private) as file:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                report("waiting for another `inhouse model pull`", 0, None)
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _no_room("the disk is full") from exc
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"The model cannot be stored: {exc.strerror or 'the file system refuses'}"
            + (f" ({exc.filename})." if exc.filename else "."),
            hint="See the path and its permissions with `inhouse model list`.",
        ) from exc


def _no_room(why: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.TOO_LARGE,
        message=f"There is no room for the model: {why}.",
        hint="Free some space, or put the data folder elsewhere (XDG_DATA_HOME).",
    )


def parse_sha256(text: str) -> str:
    """A checksum as people paste it, in lower case."""
    value = text.strip().lower().removeprefix("sha256:")
    with contextlib.suppress(ValueError):
        if len(bytes.fromhex(value)) == 32 and len(value) == 64:
            return value
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message="The value of --sha256 is not a SHA-256 checksum.",
        hint="It has 64 hexadecimal digits.",
    )

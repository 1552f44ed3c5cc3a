"""Reading a file that somebody else may have planted: regular files only, bounded, never waiting."""

import os
import stat
from pathlib import Path

MAX_BYTES = 1_000_000
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))


class UnreadableError(Exception):
    """Why a file that is there cannot be used, as the end of a sentence."""


def read_text(path: Path, *, follow: bool = True) -> tuple[str, os.stat_result] | None:
    """The text, and the state of the very file it came from; None when there is no such file."""
    try:
        # O_NONBLOCK: opening a FIFO or a device must not hang the server.
        handle = os.open(path, os.O_RDONLY | _FLAGS | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "bad name"
        raise UnreadableError(f"cannot be opened ({reason.lower()})") from None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise UnreadableError("is not a regular file")
        return _decoded(_content(handle)), state
    finally:
        os.close(handle)


def _content(handle: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        while part := os.read(handle, MAX_BYTES + 1 - size):
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                raise UnreadableError("is larger than 1 MB")
    except OSError as error:
        raise UnreadableError(f"cannot be read ({(error.strerror or 'unknown reason').lower()})") from None
    return b"".join(parts)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8 text") from None

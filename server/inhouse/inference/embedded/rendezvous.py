"""The folder in which a user's processes meet the engine that they share.

Two locks of the operating system, which takes them back from whoever held them, however that process ended:

- on the folder: everyone who uses the engine holds it shared. Who holds it alone knows that nobody else does, and may
  end the engine and remove the folder;
- on the file `lock` in it: the engine holds it as long as it lives. Who gets it may start one.

Nothing here waits. `flock` and not `lockf`, whose locks belong to a process and end with the first file it closes.
"""

import contextlib
import fcntl
import os
import signal
import stat
from pathlib import Path

from inhouse.inference.embedded import ready

_LOCK = "lock"
_PRIVATE = 0o600


def arrive(folder: Path) -> int | None:
    """Use the engine of this folder from now on, until the descriptor is given to `leave`; None: ask again, somebody is
    just removing it. Raises OSError where such a folder cannot be had, or is not this user's alone.
    """
    _trusted(folder.parent.stat())
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        _only_ours(os.fstat(descriptor))
        locked(descriptor, fcntl.LOCK_EX)  # raises where a folder cannot be locked at all, as on NFS
        here = locked(descriptor, fcntl.LOCK_SH) and _is_at(descriptor, folder)
    except BaseException:
        os.close(descriptor)
        raise
    if not here:
        os.close(descriptor)
        return None
    return descriptor


def alone(presence: int, folder: Path) -> bool:
    """Whether nobody else uses the engine; nobody can begin to, then. If false the presence has ended."""
    return locked(presence, fcntl.LOCK_EX) and _is_at(presence, folder)


def claim(folder: Path) -> int | None:
    """The right to start the engine, a descriptor that its process is to inherit; None while there is an engine."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, _PRIVATE)
    if not locked(descriptor, fcntl.LOCK_EX):
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    return descriptor


def clear(folder: Path) -> None:
    """For whoever has the right to start the engine: what one that was killed has left would be in its way."""
    for name in (ready.NAME, ready.SOCKET):
        (folder / name).unlink(missing_ok=True)


def name_engine(claimed: int, pid: int) -> None:
    """For `kill`: whoever starts an engine says which process it is."""
    os.write(claimed, str(pid).encode())


def has_engine(folder: Path) -> bool:
    """Whether an engine lives, though it may still be loading."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return not locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def kill(folder: Path) -> None:
    """End the engine, if one lives, whatever it is doing."""
    if has_engine(folder):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((folder / _LOCK).read_text()), signal.SIGKILL)


def remove(folder: Path) -> None:
    """For whoever is alone in it. The lock goes last, since then another engine may come."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir(), key=lambda path: path.name == _LOCK):
            path.unlink()
        folder.rmdir()


def wait_until_deserted(folder: Path) -> None:
    """For the engine: returns when the last of its users has gone, and has removed the folder. This one does wait."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    if _is_at(descriptor, folder):
        remove(folder)


def locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, folder: Path) -> bool:
    """Whether the folder is still the one that was opened, not removed and made anew."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), folder.lstat())
    return False


def _only_ours(state: os.stat_result) -> None:
    if state.st_uid != os.geteuid() or state.st_mode & 0o077:
        raise PermissionError("somebody else can get at the engine's folder")


def _trusted(state: os.stat_result) -> None:
    """Nobody else may move what is in there away and put something of their own in its place."""
    open_to_all = state.st_mode & 0o022 and not state.st_mode & stat.S_ISVTX
    if state.st_uid not in (0, os.geteuid()) or open_to_all:
        raise PermissionError("somebody else can replace the engine's folder")

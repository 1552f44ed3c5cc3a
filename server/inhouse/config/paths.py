"""Where Inhouse keeps its files on this machine."""

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

_SOCKET_ROOM = 64
"""Bytes of a folder's name that leave room for a socket's: macOS allows 104 in all, Linux 108."""


@dataclass(frozen=True, slots=True)
class Paths:
    """`machine_config` and `system_policy` are literal, so that no variable of the environment moves them.
    Nothing here exists for certain; `runtime` is not ours alone: make a private folder in it."""

    user_config: Path
    machine_config: Path
    system_policy: Path
    data: Path
    state: Path
    cache: Path
    runtime: Path

    @classmethod
    def current(cls) -> "Paths":
        from platformdirs import PlatformDirs  # on Windows and macOS it loads much more than its size shows

        dirs = PlatformDirs("inhouse", appauthor=False)
        machine = _machine_folder()
        return cls(
            user_config=_absolute(dirs.user_config_dir) / "inhouse.toml",
            machine_config=machine / "inhouse.toml",
            system_policy=machine / "policy.toml",
            data=_absolute(dirs.user_data_dir),
            state=_absolute(dirs.user_state_dir),
            cache=_absolute(dirs.user_cache_dir),
            runtime=_runtime(),
        )


def _machine_folder() -> Path:
    if sys.platform == "darwin":
        return Path("/Library/Application Support/Inhouse")
    if sys.platform == "win32":
        return Path(r"C:\ProgramData\Inhouse")
    return Path("/etc/inhouse")


def _absolute(folder: str) -> Path:
    """A user without a home (no HOME, no passwd entry) has none of these folders: a name below /dev/null, which
    nobody can plant, stands for that, and reading and writing there fail as in any folder that is not there."""
    path = Path(folder)
    return path if path.is_absolute() else Path(os.devnull, path.name)


def _runtime() -> Path:
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and _is_private(given) and len(os.fsencode(given)) <= _SOCKET_ROOM:
        return Path(given)
    # As tempfile.gettempdir, without its import (shutil, random) and its trial files.
    candidates = [os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP")]
    for folder in filter(os.path.isabs, candidates):
        if len(os.fsencode(folder)) <= _SOCKET_ROOM and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    return Path("/tmp")  # noqa: S108  the last resort; whoever uses it makes a private folder in it


def _is_private(folder: str) -> bool:
    if not Path(folder).is_absolute() or sys.platform == "win32":
        return False
    try:
        state = os.lstat(folder)
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & 0o077

"""The environment of a user with nothing configured."""

import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def isolated_home(folder: Path) -> Generator[dict[str, str]]:
    """Its folders all lie below `folder`, but for the runtime folder, whose path is short: a Unix socket's may have
    107 bytes."""
    runtime = tempfile.mkdtemp(prefix="ih-", dir="/tmp" if os.name == "posix" else None)
    variables = {
        "HOME": folder,
        "XDG_CONFIG_HOME": folder / ".config",
        "XDG_DATA_HOME": folder / ".local" / "share",
        "XDG_STATE_HOME": folder / ".local" / "state",
        "XDG_CACHE_HOME": folder / ".cache",
    }
    for path in variables.values():
        path.mkdir(parents=True, exist_ok=True)
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    yield {name: str(path) for name, path in variables.items()} | {
        "XDG_RUNTIME_DIR": runtime,
        "LC_ALL": "C.UTF-8",
        "PATH": programs,
    }
    shutil.rmtree(runtime)

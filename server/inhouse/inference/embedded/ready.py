"""What an engine tells those who may use it: a file in its folder, there as soon as it listens."""

import os
from dataclasses import dataclass
from pathlib import Path

NAME = "ready"
SOCKET = "engine.sock"
"""Beside it, where the engine listens on a Unix socket."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where an engine listens, and the key that it wants: a new one for every engine, so that it also names it."""

    address: str
    key: str


def write(folder: Path, ready: Ready) -> None:
    """All at once: nobody reads half of it."""
    unfinished = folder / f"{NAME}.new"
    with open(unfinished, "w", encoding="utf-8", opener=_private) as file:
        file.write(f"{ready.address}\n{ready.key}\n")
    unfinished.replace(folder / NAME)


def read(folder: Path) -> Ready | None:
    """None as long as no engine listens, or for a folder that is not there."""
    try:
        address, key = (folder / NAME).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return Ready(address, key)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""Who has a request before the engine's one slot, across processes.

Only a mark, held as long as the request: llama.cpp serves its requests in the order in which they came, and forgets one
whose connection is closed, so that nobody can keep the others waiting.
"""

import fcntl
import os
from pathlib import Path

from inhouse.inference.embedded.rendezvous import locked

_TRIES = 5
"""Two processes that look at the same moment are in each other's way."""


class Slot:
    """One process's mark; its own requests take turns."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "slot", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def enter(self) -> bool:
        """Leave the mark; whether nobody else has left one."""
        first = locked(self._file, fcntl.LOCK_EX)
        any(locked(self._file, fcntl.LOCK_SH) for _ in range(_TRIES))
        return first

    def leave(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)

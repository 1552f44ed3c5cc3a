"""A keyring that keeps its entries in a file, chosen as users choose one: by PYTHON_KEYRING_BACKEND.

`TEST_KEYRING` names the file; every use is told in a second one beside it, `*.log`. `TEST_KEYRING_MODE`
makes it `locked`, `broken`, `forgetful`, or `stuck` until a file named `*.go` is there.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

BACKEND = f"{__name__}.FileKeyring"
FILE, MODE = "TEST_KEYRING", "TEST_KEYRING_MODE"


class FileKeyring(KeyringBackend):
    priority: Any = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries("get").get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = self._entries("set")
        if os.environ.get(MODE) != "forgetful":
            self._file.write_text(json.dumps(entries | {f"{service} {username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries("delete")
        del entries[f"{service} {username}"]
        self._file.write_text(json.dumps(entries))

    @property
    def _file(self) -> Path:
        return Path(os.environ[FILE])

    def _entries(self, use: str) -> dict[str, str]:
        with self._file.with_suffix(".log").open("a") as log:
            log.write(f"{use}\n")
        self._misbehave()
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def _misbehave(self) -> None:
        match os.environ.get(MODE):
            case "locked":
                raise KeyringLocked("sk-canary-4711-do-not-print")
            case "broken":
                raise RuntimeError("sk-canary-4711-do-not-print")
            case "stuck":
                while not self._file.with_suffix(".go").exists():
                    time.sleep(0.01)
            case _:
                pass


def environment(folder: Path) -> dict[str, str]:
    """What makes a process use one in `folder`."""
    root = str(Path(__file__).parents[2])
    return {"PYTHON_KEYRING_BACKEND": BACKEND, FILE: str(folder / "keyring.json"), "PYTHONPATH": root}


def stored(folder: Path) -> dict[str, str]:
    file = folder / "keyring.json"
    return json.loads(file.read_text()) if file.exists() else {}


def uses(folder: Path) -> list[str]:
    """What the keyring was used for so far."""
    log = folder / "keyring.log"
    return log.read_text().split() if log.exists() else []

"""Answers that are kept as files, to be read: in our own folder, never in the workspace."""

import os
import re
import secrets
from pathlib import Path

KEPT = 20
"""Files; the oldest go."""


def keep(folder: Path, name: str, text: str) -> Path:
    """Writes a chat document that only the user may read, and gives its path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget(folder)
    plain = re.sub(r"[^\w-]+", "-", name).strip("-")[:40] or "answer"
    path = folder / f"{plain}-{secrets.token_hex(4)}.chat.md"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def _forget(folder: Path) -> None:
    files = sorted(folder.glob("*.chat.md"), key=_age)
    for file in files[: max(0, len(files) - KEPT + 1)]:
        file.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0

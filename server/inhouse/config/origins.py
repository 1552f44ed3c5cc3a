"""Small files of ours in the state folder that list origins."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from inhouse.config.files import UnreadableError, read_text
from inhouse.config.rules import as_list
from inhouse.domain.origin import Origin


def read_origins(path: Path) -> frozenset[Origin]:
    """None where the file is missing, garbled, or another user could have written it."""
    try:
        found = read_text(path, follow=False)
    except UnreadableError:
        return frozenset()
    if found is None or not _only_ours(found[1]):
        return frozenset()
    try:
        entries = as_list(json.loads(found[0])) or []
        return frozenset(Origin.parse(entry) for entry in entries if isinstance(entry, str))
    except (ValueError, RecursionError):
        return frozenset()


def write_origins(path: Path, origins: Iterable[Origin]) -> None:
    """Replaces the file. Raises OSError where the folder cannot be written."""
    folder = path.parent
    _make_private(folder)
    folder.chmod(0o700)
    fresh = folder / f".{path.name}.{os.urandom(8).hex()}"
    try:
        # O_EXCL: never through a link that somebody planted under this name.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(sorted(map(str, origins)), file)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _make_private(folder: Path) -> None:
    """Path.mkdir gives only the last folder its mode; here every new one is private, whatever the umask."""
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _only_ours(state: os.stat_result) -> bool:
    return os.name != "posix" or (state.st_uid == os.geteuid() and not state.st_mode & 0o022)

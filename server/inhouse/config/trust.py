"""The origins of backends from editor settings to which the user once said yes."""

from pathlib import Path

from inhouse.config.origins import read_origins, write_origins
from inhouse.domain.origin import Origin

_FILE = "trusted-origins.json"


def read_trusted(state: Path) -> frozenset[Origin]:
    """Those in the state folder."""
    return read_origins(state / _FILE)


def remember(state: Path, origin: Origin) -> None:
    """Adds one. Raises OSError where the state folder cannot be written: the yes then counts for this run only."""
    write_origins(state / _FILE, read_trusted(state) | {origin})

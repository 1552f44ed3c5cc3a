"""Where a setting comes from, and what to tell a person about one that cannot be used."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


class LayerName(StrEnum):
    """The layers of interface §3; a later one wins."""

    DEFAULT = "default"
    MACHINE = "machine"
    USER = "user"
    PROJECT = "project"
    ENVIRONMENT = "environment"
    EDITOR = "editor"
    FLAGS = "flags"


PLACES = {
    LayerName.DEFAULT: "built-in defaults",
    LayerName.MACHINE: "machine settings",
    LayerName.USER: "user settings",
    LayerName.PROJECT: "project settings",
    LayerName.ENVIRONMENT: "environment variables",
    LayerName.EDITOR: "editor settings",
    LayerName.FLAGS: "command-line settings",
}


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One fault. `key` is as the user typed it, "" for a whole layer; `message` never holds a value, for it may be
    a key, and no path, so that it can be shown in an editor."""

    layer: LayerName
    file: Path | None
    line: int | None
    key: str
    message: str
    severity: Severity

    def __str__(self) -> str:
        place = PLACES[self.layer] if self.file is None else str(self.file)
        where = [place if self.line is None else f"{place}:{self.line}"]
        return ": ".join([*where, *([self.key] if self.key else []), self.message])

"""One layer's settings: checked values by key, and how to blame the layer for one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse.config.lines import line_of
from inhouse.config.problem import ConfigProblem, LayerName, Severity

Key = tuple[str, ...]
"""The way to one value, e.g. ("backends", "lab", "url")."""

Values = Mapping[Key, object]


def dotted(key: Key) -> str:
    return ".".join(key)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layer comes from. `source` tells it from the others of its name (several projects); `spell` gives a
    key as the user writes it there; `text` is the file's, for line numbers."""

    name: LayerName
    source: str = ""
    file: Path | None = None
    text: str = ""
    spell: Callable[[Key], str] = dotted
    severity: Severity = "error"

    def problem(self, key: Key, message: str, *, typed: str | None = None) -> ConfigProblem:
        shown = self.spell(key) if typed is None else typed
        return ConfigProblem(self.name, self.file, line_of(self.text, key), shown, message, self.severity)

    def warning(self, key: Key, message: str, *, typed: str | None = None) -> ConfigProblem:
        return replace(self.problem(key, message, typed=typed), severity="warning")


@dataclass(frozen=True, slots=True)
class Layer:
    """`bad`: the values must not be used; the layer's last valid ones stand in."""

    place: Place
    values: Values = field(default_factory=dict[Key, object])
    problems: tuple[ConfigProblem, ...] = ()
    bad: bool = False


def broken(place: Place, message: str) -> Layer:
    """A layer of which nothing can be used."""
    return Layer(place, problems=(place.problem((), message),), bad=True)

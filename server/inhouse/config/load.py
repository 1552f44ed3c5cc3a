"""All layers read, checked and merged into one `Config`. Bad input is a problem in the result, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from inhouse.config.backends import UntrustedBackend, check_order, drop_untrusted, drop_urlless, named_origins
from inhouse.config.build import build, provenance
from inhouse.config.editor import editor_layers
from inhouse.config.environment import CONFIG, environment_layer
from inhouse.config.file_layers import PROJECT_FILE, machine_layer, project_layer, user_layer
from inhouse.config.layer import Layer, Place, Values, dotted
from inhouse.config.legacy import HUGGINGFACE
from inhouse.config.merge import merge
from inhouse.config.paths import Paths
from inhouse.config.problem import PLACES, ConfigProblem, LayerName
from inhouse.config.reading import read_layer
from inhouse.config.schema import Config
from inhouse.domain.origin import Origin

__all__ = ["ConfigProblem", "LayerName", "Loaded", "Sources", "UntrustedBackend", "load"]

LayerId = tuple[LayerName, str]
"""A layer and its `Place.source`."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the layers are. `editor` is raw JSON from the client, with `inhouse` and `huggingface`; `flags` a tree
    of settings in snake_case."""

    paths: Paths
    environ: Mapping[str, str]
    user_file: Path | None = None
    project_roots: tuple[Path, ...] = ()
    editor: object = None
    flags: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def named_file(self) -> Path | None:
        """The user's file where the user says which it is."""
        named = self.environ.get(CONFIG)
        return self.user_file or (Path(named) if named else None)

    def files(self) -> tuple[tuple[LayerName, Path], ...]:
        """Every settings file, whether it exists or not, with the layer it is for."""
        return (
            (LayerName.MACHINE, self.paths.machine_config),
            (LayerName.USER, self.named_file or self.paths.user_config),
            *((LayerName.PROJECT, root / PROJECT_FILE) for root in self.project_roots),
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """`provenance` has the layer of every dotted key. `under_project` has the value that a project's file covered,
    None where it was the default: a project's `model` counts only if its backend is local. `layers` are the last
    valid values of each layer, for the next load."""

    config: Config
    provenance: Mapping[str, LayerName]
    problems: tuple[ConfigProblem, ...] = ()
    untrusted: tuple[UntrustedBackend, ...] = ()
    under_project: Mapping[str, object] = field(default_factory=dict[str, object])
    layers: Mapping[LayerId, Values] = field(default_factory=dict["LayerId", "Values"])

    @property
    def errors(self) -> tuple[ConfigProblem, ...]:
        """What must end the command line with 2."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def load(sources: Sources, *, trusted: frozenset[Origin] = frozenset(), previous: Loaded | None = None) -> Loaded:
    """`trusted` are the origins that the user agreed to; a layer that is bad now keeps its values in `previous`."""
    last: Mapping[LayerId, Values] = previous.layers if previous else {}
    layers = [_usable(layer, last) for layer in _read_all(sources, last)]
    usable = [layer for layer in layers if not layer.bad]
    merged = merge(usable)
    drop_urlless(merged)
    untrusted = drop_untrusted(merged, trusted | named_origins(usable))
    check_order(merged, untrusted)
    config = build(merged.values)
    return Loaded(
        config,
        provenance(config, {key: place.name for key, place in merged.places.items()}),
        (*(problem for layer in layers for problem in layer.problems), *merged.problems),
        untrusted,
        {dotted(key): value for key, value in merged.covered.items()},
        {(layer.place.name, layer.place.source): layer.values for layer in usable},
    )


def _read_all(sources: Sources, last: Mapping[LayerId, Values]) -> list[Layer]:
    """In the order of interface §3; of several projects the first one comes last, for it wins."""
    named = sources.named_file
    return [
        machine_layer(sources.paths.machine_config),
        user_layer(named or sources.paths.user_config, named=named is not None),
        *map(project_layer, reversed(sources.project_roots)),
        environment_layer(sources.environ),
        *editor_layers(sources.editor, last.get((LayerName.EDITOR, HUGGINGFACE), {})),
        read_layer(Place(LayerName.FLAGS), sources.flags),
    ]


def _usable(layer: Layer, last: Mapping[LayerId, Values]) -> Layer:
    """A bad layer with its last valid values in place of its own; its first fault says so."""
    if not layer.bad:
        return layer
    values = last.get((layer.place.name, layer.place.source))
    place = PLACES[layer.place.name]
    done = f"the {place} are left out" if values is None else f"the last valid {place} stay in force"
    problems = list(layer.problems)
    first = next(at for at, each in enumerate(problems) if each.severity == layer.place.severity)
    problems[first] = replace(problems[first], message=f"{problems[first].message}; until then {done}")
    return Layer(layer.place, values or {}, tuple(problems), bad=values is None)

"""The layers laid over each other: who set what, and what does not follow or does not count."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inhouse.config.layer import Key, Layer, Place, Values
from inhouse.config.problem import PLACES, ConfigProblem, LayerName
from inhouse.config.reading import EXCLUDE, INPUT_RATIO, OUTPUT_RATIO, excess
from inhouse.config.rules import as_texts
from inhouse.config.schema import Privacy
from inhouse.domain.origin import Origin

BOUND_TO_ORIGIN = (
    "kind", "api_key_env", "api_key_command", "api_key_header", "api_key_scheme", "headers", "client_cert", "zone",
    "verify",
)  # fmt: skip
"""What was said about one origin and must not be said about another: credentials, where they go, what stands for
one (`kind`, for a router's key), and what loosens."""
ADDING = frozenset({LayerName.PROJECT, LayerName.EDITOR})
TIGHTENING: Mapping[Key, bool] = {
    ("privacy", "air_gapped"): Privacy().air_gapped,
    ("privacy", "redact_secrets"): Privacy().redact_secrets,
}
"""What an editor may switch on and not off, and whether it is on where no layer says anything."""


@dataclass(slots=True)
class Merged:
    """The effective values and their places; `covered` holds what the values of a project's file took the place of."""

    values: dict[Key, object] = field(default_factory=dict[Key, object])
    places: dict[Key, Place] = field(default_factory=dict[Key, Place])
    problems: list[ConfigProblem] = field(default_factory=list[ConfigProblem])
    covered: dict[Key, object] = field(default_factory=dict[Key, object])

    def drop(self, keys: Iterable[Key]) -> None:
        for key in keys:
            del self.values[key], self.places[key]


def merge(layers: Sequence[Layer]) -> Merged:
    """In the layers' order, the last one winning; a layer whose ratio leaves the other no room loses its ratios."""
    problems: list[ConfigProblem] = []
    merged = _laid_over(layers)
    while message := excess(merged.values):
        key, place = _last_to_set((INPUT_RATIO, OUTPUT_RATIO), layers)
        problems.append(place.problem(key, f"{message}; it is ignored"))
        layers = [_without_ratios(layer) if layer.place is place else layer for layer in layers]
        merged = _laid_over(layers)
    merged.problems.extend(problems)
    return merged


def _laid_over(layers: Sequence[Layer]) -> Merged:
    merged = Merged()
    for layer in layers:
        for key, value in layer.values.items():
            if key[0] == "backends" and key[2] == "url":
                _move(merged, layer, key[1], str(value))
        for key, value in layer.values.items():
            _set(merged, layer, key, value)
    return merged


def _set(merged: Merged, layer: Layer, key: Key, value: object) -> None:
    name = layer.place.name
    if name is LayerName.EDITOR and key in TIGHTENING and not value and merged.values.get(key, TIGHTENING[key]):
        by = merged.places[key].name if key in merged.places else LayerName.DEFAULT
        message = f"the {PLACES[by]} switch this on, and the editor cannot switch it off"
        merged.problems.append(layer.place.warning(key, message))
        return
    if name is LayerName.PROJECT:
        merged.covered.setdefault(key, merged.values.get(key))
    if name in ADDING and key == EXCLUDE:
        below = as_texts(merged.values.get(key, Privacy().exclude))
        value = tuple(dict.fromkeys((*below, *as_texts(value))))
    merged.values[key] = value
    merged.places[key] = layer.place


def _move(merged: Merged, layer: Layer, name: str, url: str) -> None:
    """A key is bound to the origin of the url given beside it; one given beside no url waits for a trusted layer's."""
    below = merged.values.get(("backends", name, "url"))
    if below is None and layer.place.name is not LayerName.EDITOR:
        return
    if below is not None and Origin.parse(str(below)) == Origin.parse(url):
        return
    bound = [("backends", name, setting) for setting in BOUND_TO_ORIGIN]
    lost = [key for key in bound if key in merged.values and key not in layer.values]
    if lost:
        names = ", ".join(key[2] for key in lost)
        message = f"this moves {name} to another origin, where {names} from other settings do not follow; "
        merged.problems.append(layer.place.warning(("backends", name, "url"), message + "set them beside this url"))
        merged.drop(lost)


def _last_to_set(keys: Collection[Key], layers: Sequence[Layer]) -> tuple[Key, Place]:
    return next((key, layer.place) for layer in reversed(layers) for key in keys if key in layer.values)


def _without_ratios(layer: Layer) -> Layer:
    values: Values = {key: value for key, value in layer.values.items() if key not in {INPUT_RATIO, OUTPUT_RATIO}}
    return Layer(layer.place, values, layer.problems, layer.bad)


def drop_backends(merged: Merged, wanted: Callable[[str], bool]) -> None:
    """Leaves only the wanted ones."""
    merged.drop([key for key in merged.values if key[0] == "backends" and not wanted(key[1])])

"""The settings of the older `huggingface` section that keep working; whatever else is in it is somebody else's."""

from dataclasses import dataclass

from inhouse.config.check import node_at
from inhouse.config.layer import Key, Layer, Place, Values
from inhouse.config.problem import ConfigProblem, LayerName
from inhouse.config.rules import Rule, as_table

HUGGINGFACE = "huggingface"
TGI_URL: Key = ("backends", "tgi", "url")


@dataclass(frozen=True, slots=True)
class Old:
    """An old setting and the new one that it stands for; `per` of its units make one of the new one's."""

    path: Key
    key: Key
    per: int = 1


OLD_SETTINGS = (
    Old(("localEndpoint",), TGI_URL),
    Old(("customTGIEndpoint",), TGI_URL),  # after its older name, over which it wins
    Old(("tokenAllocation", "inputRatio"), ("tokens", "input_ratio")),
    Old(("tokenAllocation", "outputRatio"), ("tokens", "output_ratio")),
    Old(("tokenAllocation", "minimumOutput"), ("tokens", "minimum_output")),
    Old(("timeouts", "localHealthCheck"), ("backends", "tgi", "connect_timeout"), per=1000),
    Old(("timeouts", "localModelFetch"), ("discovery", "timeout"), per=1000),
)


def legacy_layer(raw: object, previous: Values, *, keep: bool = False) -> Layer:
    """A mis-typed value is a warning, and its last valid one stays (`keep`: all of them do)."""
    place = Place(LayerName.EDITOR, source=HUGGINGFACE, spell=_spelled, severity="warning")
    if keep:
        return Layer(place, previous)
    section = {} if raw is None else as_table(raw)
    if section is None:
        return Layer(place, previous, (place.problem((), "must be an object, so it is ignored", typed=HUGGINGFACE),))
    values: dict[Key, object] = {}
    problems: list[ConfigProblem] = []
    for old in OLD_SETTINGS:
        try:
            value = _converted(_dig(section, old.path), old)
        except ValueError as error:
            typed = ".".join([HUGGINGFACE, *old.path])
            problems.append(place.problem(old.key, f"{error}; it is ignored", typed=typed))
            value = previous.get(old.key)
        if value is not None:
            values[old.key] = value
    return Layer(place, values, tuple(problems))


def _dig(section: object, path: Key) -> object:
    for part in path:
        table = as_table(section)
        section = table.get(part) if table else None
    return section


def _converted(raw: object, old: Old) -> object:
    """None when it is not set."""
    node = node_at(old.key)
    if raw is None or raw == "" or not isinstance(node, Rule):
        return None
    if old.per == 1:
        return node.convert(raw)
    if not isinstance(raw, int | float) or isinstance(raw, bool) or not 0 < raw <= 86_400 * old.per:
        raise ValueError("must be a number of milliseconds above 0 and at most 86400000")
    return node.convert(raw / old.per)


def _spelled(key: Key) -> str:
    old = next((each for each in reversed(OLD_SETTINGS) if each.key == key), None)
    return ".".join([HUGGINGFACE, *(old.path if old else ())])

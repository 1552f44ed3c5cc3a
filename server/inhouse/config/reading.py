"""From a layer's raw tree to the layer: checked alone, with what it may not say taken out."""

from collections.abc import Callable, Sequence

from inhouse.config.check import MAX_FAULTS, Fault, Refuse, anything, check, same
from inhouse.config.layer import Key, Layer, Place, Values
from inhouse.config.problem import ConfigProblem
from inhouse.config.rules import as_texts
from inhouse.config.schema import Tokens

INPUT_RATIO: Key = ("tokens", "input_ratio")
OUTPUT_RATIO: Key = ("tokens", "output_ratio")
EXCLUDE: Key = ("privacy", "exclude")


def read_layer(
    place: Place, raw: object, *, spell: Callable[[str], str] = same, refuse: Refuse = anything, prefix: str = ""
) -> Layer:
    """`prefix` stands before the keys as the user typed them."""
    checked = check(raw, spell=spell, refuse=refuse)
    return layer_of(place, checked.values, checked.faults, lambda fault: _typed(prefix, fault))


def layer_of(place: Place, values: Values, faults: Sequence[Fault], typed: Callable[[Fault], str]) -> Layer:
    """A project's unknown keys are ignored like its forbidden ones; everywhere else they make the layer bad."""
    fatal = {"bad"} if place.severity == "warning" else {"bad", "unknown"}
    problems: list[ConfigProblem] = []
    for fault in sorted(faults, key=lambda fault: fault.kind not in fatal)[:MAX_FAULTS]:
        make = place.problem if fault.kind in fatal else place.warning
        problems.append(make(fault.key, fault.message, typed=typed(fault)))
    if len(problems) < len(faults):
        problems.append(place.warning((), f"there are {len(faults) - len(problems)} more faults", typed=""))
    bad = any(fault.kind in fatal for fault in faults)
    if INPUT_RATIO in values and OUTPUT_RATIO in values and (message := excess(values)):
        problems.append(place.problem(INPUT_RATIO, message))
        bad = True
    return Layer(place, values, tuple(problems), bad)


def excess(values: Values) -> str | None:
    """What is wrong with the two ratios, which must leave each other room."""
    defaults = Tokens()
    given = values.get(INPUT_RATIO, defaults.input_ratio), values.get(OUTPUT_RATIO, defaults.output_ratio)
    total = sum(ratio for ratio in given if isinstance(ratio, int | float))
    if total <= 1 + 1e-9:
        return None
    return f"{given[0]} for the input and {given[1]} for the output sum to more than 1; lower one of them"


def only_adding(layer: Layer) -> Layer:
    """Without the patterns in privacy.exclude that would take a file back in (gitignore's `!`)."""
    patterns = as_texts(layer.values.get(EXCLUDE, ()))
    kept = tuple(pattern for pattern in patterns if not pattern.lstrip().startswith("!"))
    if len(kept) == len(patterns):
        return layer
    problem = layer.place.warning(EXCLUDE, "patterns that begin with ! are ignored here, where files can only be added")
    return Layer(layer.place, {**layer.values, EXCLUDE: kept}, (*layer.problems, problem), layer.bad)


def _typed(prefix: str, fault: Fault) -> str:
    return ".".join(filter(None, [prefix, *fault.typed]))

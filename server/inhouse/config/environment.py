"""The layer from INHOUSE_… variables: `__` goes one table deeper, strings as they are, the rest as JSON."""

import json
from collections.abc import Mapping

from inhouse.config.check import Fault, check, node_at
from inhouse.config.layer import Key, Layer, Place
from inhouse.config.problem import LayerName
from inhouse.config.reading import layer_of
from inhouse.config.rules import Rule

PREFIX = "INHOUSE_"
CONFIG = "INHOUSE_CONFIG"
RESERVED = frozenset({CONFIG, "INHOUSE_POLICY", "INHOUSE_LOG_LEVEL"})


def variable(key: Key) -> str:
    """The name of the variable that sets a key."""
    return PREFIX + "__".join(key).replace("-", "_").upper()


def key_of(name: str) -> Key:
    """The key that a variable sets; a backend's name has no `_`, so there it stands for `-`."""
    parts = name.removeprefix(PREFIX).lower().split("__")
    if parts[0] == "backends" and len(parts) > 1:
        parts[1] = parts[1].replace("_", "-")
    return tuple(parts)


def environment_layer(environ: Mapping[str, str]) -> Layer:
    place = Place(LayerName.ENVIRONMENT, spell=variable)
    names = [name for name in environ if name.startswith(PREFIX) and name not in RESERVED]
    values: dict[Key, object] = {}
    faults: list[Fault] = []
    for name in sorted(names, key=lambda name: (name.count("__"), name)):  # the more exact variable wins
        found = _read(name, environ[name])
        if isinstance(found, Fault):
            faults.append(found)
            continue
        values.update(found[0])
        faults.extend(found[1])
    return layer_of(place, values, faults, lambda fault: fault.typed[0])


def _read(name: str, text: str) -> tuple[Mapping[Key, object], list[Fault]] | Fault:
    key = key_of(name)
    node = node_at(key)
    if node is None:
        return Fault(key, (name,), "there is no such setting; correct the variable's name or remove it", "unknown")
    try:
        raw = text if isinstance(node, Rule) and node.form == "text" else json.loads(text)
    except (ValueError, RecursionError):
        if not isinstance(node, Rule) or node.form != "either":
            return Fault(key, (name,), 'this is not JSON, e.g. true, 10 or ["a", "b"]; correct it')
        raw = text
    for part in reversed(key):
        raw = {part: raw}
    checked = check(raw)
    return checked.values, [_named(name, key, fault) for fault in checked.faults]


def _named(name: str, key: Key, fault: Fault) -> Fault:
    """A fault inside a variable's JSON also says where in it."""
    inside = ".".join(fault.typed[len(key) :])
    return Fault(fault.key, (name,), f"{inside}: {fault.message}" if inside else fault.message, fault.kind)

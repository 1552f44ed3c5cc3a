"""The two layers from an editor: its `inhouse` section, and below it the older `huggingface` one."""

from collections.abc import Mapping
from dataclasses import replace

from inhouse.config.check import camel
from inhouse.config.layer import Key, Layer, Place, Values, broken
from inhouse.config.legacy import legacy_layer
from inhouse.config.problem import LayerName
from inhouse.config.reading import only_adding, read_layer
from inhouse.config.rules import as_table
from inhouse.config.schema import is_path

INHOUSE = "inhouse"
FORBIDDEN_IN_BACKENDS = frozenset({
    "api_key_env", "api_key_command", "zone", "proxy", "ca_file", "client_cert", "verify",
})  # fmt: skip
"""Settings of a workspace may come from a stranger's repository (interface §3)."""
CLIENTS_OWN = frozenset({"server", "trace"})
MODEL: Key = ("embedded", "model")
NOT_HERE = "editor settings cannot set this, so it is ignored; put it in your own settings file"


def editor_layers(raw: object, previous: Values) -> tuple[Layer, ...]:
    """`raw` is JSON as the client sent it; `previous` what the older section last said that was valid."""
    place = Place(LayerName.EDITOR, source=INHOUSE, spell=spelled)
    sections = {} if raw is None else as_table(raw)
    if sections is None:
        return legacy_layer(None, previous, keep=True), broken(place, "must be an object with inhouse or huggingface")
    return legacy_layer(sections.get("huggingface"), previous), _inhouse(place, sections.get(INHOUSE))


def spelled(key: Key) -> str:
    """A key as the user sees it in the editor."""
    names = key[2:] if key[:1] == ("backends",) else key
    return ".".join([INHOUSE, *key[: len(key) - len(names)], *map(camel, names)])


def _inhouse(place: Place, raw: object) -> Layer:
    table = as_table(raw)
    if table is not None:
        raw = _without_clients_own(table)
    layer = read_layer(place, raw, spell=camel, refuse=_not_for_editors, prefix=INHOUSE)
    return _without_model_file(only_adding(layer))


def _without_model_file(layer: Layer) -> Layer:
    """A model's name is harmless; a file may be a stranger's, made to break the parser that would load it."""
    if not is_path(str(layer.values.get(MODEL, ""))):
        return layer
    values = {key: value for key, value in layer.values.items() if key != MODEL}
    problem = layer.place.warning(MODEL, f"as a path, {NOT_HERE}")
    return replace(layer, values=values, problems=(*layer.problems, problem))


def _without_clients_own(table: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in table.items() if name.split(".")[0] not in CLIENTS_OWN}


def _not_for_editors(key: Key) -> str | None:
    in_backend = key[0:1] == ("backends",) and len(key) == 3 and key[2] in FORBIDDEN_IN_BACKENDS
    if in_backend or key in {("audit",), ("privacy", "local_networks")}:
        return NOT_HERE
    return None

"""`inhouse config`: every setting in force, and where it comes from."""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import cast

from inhouse.cli import output, settings
from inhouse.cli.exit_codes import DONE, USAGE
from inhouse.cli.table import print_table
from inhouse.config.load import LayerName, Loaded
from inhouse.config.paths import Paths
from inhouse.config.schema import Config


def path(args: Namespace) -> int:
    paths = Paths.current()
    files = {**_files(args, paths), "policy": paths.system_policy}
    rows = [(str(layer), str(file), "yes" if file.exists() else "no") for layer, file in files.items()]
    print_table(("layer", "file", "exists"), rows)
    return DONE


def show(args: Namespace) -> int:
    paths = Paths.current()
    loaded = settings.read(args, paths)
    files = _files(args, paths)
    values = {key: _value_of(loaded.config, key) for key in loaded.provenance}
    if args.json:
        output.write_json(_document(loaded, values, files))
    else:
        rows = [(key, json.dumps(values[key]), _origin(layer, files)) for key, layer in loaded.provenance.items()]
        print_table(("key", "value", "from"), rows)
    settings.report(loaded)
    return USAGE if loaded.errors else DONE


def _files(args: Namespace, paths: Paths) -> dict[LayerName | str, Path]:
    return dict(settings.sources(args, paths).files())


def _document(loaded: Loaded, values: dict[str, object], files: dict[LayerName | str, Path]) -> dict[str, object]:
    settings_in_force: dict[str, object] = {}
    for key, layer in loaded.provenance.items():
        file = {"file": str(files[layer])} if layer in files else {}
        settings_in_force[key] = {"value": values[key], "layer": layer.value, **file}
    return {"settings": settings_in_force, "problems": [str(problem) for problem in loaded.problems]}


def _origin(layer: LayerName, files: dict[LayerName | str, Path]) -> str:
    return f"{layer.value} ({files[layer]})" if layer in files else layer.value


def _value_of(config: Config, key: str) -> object:
    value: object = config
    for part in key.split("."):
        value = cast("Mapping[str, object]", value)[part] if isinstance(value, Mapping) else getattr(value, part)
    return _plain(value, hidden=key.startswith("backends.") and key.endswith(".headers"))


def _plain(value: object, *, hidden: bool) -> object:
    """As JSON has it. A header's value is `hidden`: people put keys there."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {name: "***" if hidden else each for name, each in items}
    if isinstance(value, list | tuple):
        return [_plain(each, hidden=hidden) for each in cast("Sequence[object]", value)]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value

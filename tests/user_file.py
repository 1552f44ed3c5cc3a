"""The user's settings file in a test's home."""

import json
from collections.abc import Mapping
from pathlib import Path

Tables = Mapping[str, Mapping[str, object]]
"""Settings by table, e.g. `{"backends.lab": {"url": "http://127.0.0.1:8000"}}`; "" is the top."""


def user_file(home: Mapping[str, str]) -> Path:
    return Path(home["XDG_CONFIG_HOME"], "inhouse", "inhouse.toml")


def write_user_file(home: Mapping[str, str], tables: Tables) -> Path:
    """Replaces the file as an editor does. Values are strings, numbers, booleans and lists of them."""
    path = user_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for table, values in sorted(tables.items()):
        lines += [f"[{table}]"] if table else []
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    fresh = path.with_suffix(".new")
    fresh.write_text("\n".join([*lines, ""]), "utf-8")
    fresh.replace(path)
    return path

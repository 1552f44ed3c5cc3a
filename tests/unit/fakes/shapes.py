"""The shape of JSON: keys and types without values, and what one answer lacks of another."""

import json
from collections.abc import Iterable
from typing import cast

from tests.fakes.behaviours import is_done


def shape(value: object) -> str:
    """Keys and types, as text; of a list, the distinct shapes of its items."""
    if isinstance(value, dict):
        pairs = cast(dict[str, object], value).items()
        return "{" + ", ".join(sorted(f"{key}: {shape(item)}" for key, item in pairs)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(sorted({shape(item) for item in cast(list[object], value)})) + "]"
    return type(value).__name__


def event_shapes(events: Iterable[bytes]) -> set[str]:
    """Of a stream's events; comments are left out."""
    kept = [event for event in events if not event.startswith(b":")]
    return {"[DONE]" if is_done(event) else shape(json.loads(event.removeprefix(b"data:"))) for event in kept}


def lacks(ours: object, theirs: object, path: str = "") -> list[str]:
    """Where `ours` misses a key of `theirs` or has another type; null stands for any type."""
    if ours is None or theirs is None:
        return []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        mine = cast(dict[str, object], ours)
        found: list[str] = []
        for key, item in cast(dict[str, object], theirs).items():
            found += lacks(mine[key], item, f"{path}.{key}") if key in mine else [f"{path}.{key}"]
        return found
    if isinstance(theirs, list) and isinstance(ours, list):
        return _lacking_items(cast(list[object], ours), cast(list[object], theirs), path)
    return [] if type(ours) is type(theirs) else [f"{path}: {type(ours).__name__}, not {type(theirs).__name__}"]


def _lacking_items(ours: list[object], theirs: list[object], path: str) -> list[str]:
    """Each of their items must be met by one of ours, where we have any."""
    found: list[str] = []
    for item in theirs if ours else []:
        found += min((lacks(mine, item, f"{path}[]") for mine in ours), key=len)
    return found

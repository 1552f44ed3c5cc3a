"""Reading foreign JSON without believing it: a wrong type reads as absent."""

import math
from collections.abc import Mapping, Sequence
from typing import cast

import orjson

Json = Mapping[str, object]

_EMPTY: Json = {}


def parse(data: bytes) -> object:
    """The JSON value in `data`; raises ValueError. orjson bounds nesting and refuses lone surrogates."""
    return orjson.loads(data)


def as_object(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else _EMPTY


def as_list(value: object) -> Sequence[object]:
    return cast(Sequence[object], value) if isinstance(value, list) else ()


def text(value: Json, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def integer(value: Json, key: str) -> int | None:
    """A whole number, not a bool; floats without a fraction count."""
    found = value.get(key)
    if isinstance(found, bool):
        return None
    if isinstance(found, float) and math.isfinite(found) and found.is_integer():
        return int(found)
    return found if isinstance(found, int) else None


def flag(value: Json, key: str) -> bool | None:
    """A bool; None for anything else."""
    found = value.get(key)
    return found if isinstance(found, bool) else None

"""Arguments of a tool call as models write them, and what they become."""

import json
import secrets
from collections.abc import Mapping
from typing import NoReturn, cast

import orjson

from inhouse.domain.conversation import Tool
from inhouse.inference.tolerant import Json, as_list, as_object, parse
from inhouse.inference.tools.schemas import fault

_SHALLOW = 200
"""Levels that orjson writes for certain: it stops at 254."""


def made_id() -> str:
    """Nine letters and digits: what Mistral's templates insist on, and unlike any other in a conversation."""
    return secrets.token_hex(5)[:9]


def read_arguments(written: str) -> Json | None:
    """The object in `written`; nothing at all is an empty one. None if it is anything else.

    Models leave line ends in strings unescaped, and some servers wrap the object into a string once more.
    """
    if not written.strip():
        return {}
    value = read_json(written)
    if isinstance(value, str):
        value = read_json(value)
    return cast(Json, value) if isinstance(value, dict) else None


def read_json(written: str) -> object:
    """None for what is not JSON, also where it is nested too deep to be written again for a client."""
    try:
        value = _parsed(written)
        if written.count("{") + written.count("[") > _SHALLOW:
            orjson.dumps(value)
    except (ValueError, TypeError, RecursionError):
        return None
    return value


def _parsed(written: str) -> object:
    try:
        return parse(written.encode())
    except ValueError:
        value = json.loads(written, strict=False, parse_constant=_refuse)
        orjson.dumps(value)  # no lone surrogates, no integers of more than 64 bits
        return value


def _refuse(_: str) -> NoReturn:
    raise ValueError


def fitted(tool: Tool, arguments: Json) -> tuple[Json, str | None]:
    """The arguments, and what is still wrong with them: an optional one that the model set to null is left out."""
    wrong = fault(tool, arguments)
    if wrong is None:
        return arguments, None
    required = as_list(tool.input_schema.get("required"))
    fewer = {key: value for key, value in arguments.items() if value is not None or key in required}
    if len(fewer) < len(arguments) and fault(tool, fewer) is None:
        return fewer, None
    return arguments, wrong


def typed(tool: Tool, texts: Mapping[str, str]) -> Json:
    """Arguments that were all written as text, each as the type its schema names."""
    properties = as_object(tool.input_schema.get("properties"))
    return {key: _typed(text, as_object(properties.get(key))) for key, text in texts.items()}


def _typed(text: str, schema: Json) -> object:
    kind = schema.get("type")
    if kind == "string" or "string" in as_list(kind):
        return text
    if kind == "boolean":
        text = text.lower()
    value = read_json(text.strip())
    return text if value is None and text.strip() != "null" else value

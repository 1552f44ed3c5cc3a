"""What may be a tool call in the middle of a text, read character by character until it is one or cannot be."""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Protocol

from inhouse.inference.tolerant import Json, as_list, as_object, text
from inhouse.inference.tools.arguments import read_arguments, read_json

_MOST_SPACE = 64
_LONGEST_NAME = 200
_KEYS = ("name", "type", "function", "parameters", "arguments", "id")
_MOST_TRIES = 16


class Verdict(Enum):
    MORE = "more"
    CALLS = "calls"
    TEXT = "text"


Found = tuple[str, Json]
"""A name and arguments, not yet checked."""


class Candidate(Protocol):
    """`calls` is filled when `feed` says so."""

    @property
    def calls(self) -> list[Found]: ...

    def feed(self, char: str) -> Verdict: ...


class JsonCall:
    """`{"name": …, "arguments"|"parameters": {…}}`, or a list of such where `opens` allows it.

    Given up as soon as its first key is none that a call has. With a `name` it is that tool's arguments alone.
    """

    def __init__(self, opens: str, name: str = "") -> None:
        self.calls: list[Found] = []
        self._opens = opens
        self._name = name
        self._written: list[str] = []
        self._space = 0
        self._depth = 0
        self._string = False
        self._escaped = False
        self._key: list[str] | None = None if name else []

    def feed(self, char: str) -> Verdict:
        if not self._written:
            return self._begin(char)
        self._written.append(char)
        if self._string:
            return self._in_string(char)
        if char == '"':
            self._string = True
        elif char in "{[":
            self._depth += 1
        elif char in "}]":
            self._depth -= 1
            if self._depth == 0:
                return self._end()
        elif self._key is not None and not char.isspace():
            return Verdict.TEXT
        return Verdict.MORE

    def _begin(self, char: str) -> Verdict:
        if char.isspace() and self._space < _MOST_SPACE:
            self._space += 1
            return Verdict.MORE
        if char not in self._opens:
            return Verdict.TEXT
        self._written.append(char)
        self._depth = 1
        return Verdict.MORE

    def _in_string(self, char: str) -> Verdict:
        if self._escaped:
            self._escaped = False
        elif char == "\\":
            self._escaped = True
        elif char == '"':
            self._string = False
            if self._key is not None:
                key, self._key = "".join(self._key), None
                return Verdict.MORE if key in _KEYS else Verdict.TEXT
        if self._key is not None and self._string:
            self._key.append(char)
            if len(self._key) > _LONGEST_NAME:
                return Verdict.TEXT
        return Verdict.MORE

    def _end(self) -> Verdict:
        value = read_json("".join(self._written))
        if self._name:
            value = {"name": self._name, "arguments": value}
        self.calls = _calls(as_list(value) or [value])
        return Verdict.CALLS if self.calls else Verdict.TEXT


def _calls(values: Iterable[object]) -> list[Found]:
    """All of them, or none if one is no call."""
    found = [_call(as_object(value)) for value in values]
    calls = [call for call in found if call is not None]
    return calls if len(calls) == len(found) else []


def _call(value: Json) -> Found | None:
    value = as_object(value.get("function")) or value
    name = text(value, "name") or text(value, "function")
    given = value.get("arguments", value.get("parameters", {}))
    if isinstance(given, str):
        given = read_arguments(given)
    return (name, as_object(given)) if name and isinstance(given, dict) else None  # pyright: ignore[reportUnknownArgumentType] - JSON


class XmlCall:
    """Qwen3-Coder's `<function=name><parameter=key>value</parameter>…</function>`, fed what comes after `<function=`.

    `typed` makes arguments of the texts, or gives None if there is no such tool.
    """

    def __init__(self, typed: Callable[[str, dict[str, str]], Json | None]) -> None:
        self.calls: list[Found] = []
        self._typed = typed
        self._name = ""
        self._named = False
        self._written: list[str] = []
        self._tail = ""
        self._tries = 0

    def feed(self, char: str) -> Verdict:
        if not self._named:
            return self._in_name(char)
        self._written.append(char)
        self._tail = (self._tail + char)[-len(_FUNCTION_END) :]
        if len(self._written) <= _MOST_SPACE and not _may_begin("".join(self._written).lstrip()):
            return Verdict.TEXT
        return self._try() if self._tail == _FUNCTION_END else Verdict.MORE

    def _in_name(self, char: str) -> Verdict:
        if char == ">":
            self._named = True
            return Verdict.MORE if self._typed(self._name, {}) is not None else Verdict.TEXT
        self._name += char
        return Verdict.MORE if char.isprintable() and len(self._name) <= _LONGEST_NAME else Verdict.TEXT

    def _try(self) -> Verdict:
        parameters = _parameters("".join(self._written))
        if parameters is not None:
            self.calls = [(self._name, self._typed(self._name, parameters) or {})]
            return Verdict.CALLS
        self._tries += 1
        return Verdict.MORE if self._tries < _MOST_TRIES else Verdict.TEXT


class WrappedCall:
    """What stands in `<tool_call>`: JSON (Hermes) or a function (Qwen3-Coder)."""

    def __init__(self, typed: Callable[[str, dict[str, str]], Json | None]) -> None:
        self._typed = typed
        self._start = ""
        self._inner: JsonCall | XmlCall | None = None

    @property
    def calls(self) -> list[Found]:
        return self._inner.calls if self._inner is not None else []

    def feed(self, char: str) -> Verdict:
        if self._inner is not None:
            return self._inner.feed(char)
        self._start += char
        start = self._start.lstrip()
        if start == "{":
            self._inner = JsonCall("{")
            return self._inner.feed(char)
        if start == _FUNCTION:
            self._inner = XmlCall(self._typed)
        fits = _FUNCTION.startswith(start) and len(self._start) <= _MOST_SPACE
        return Verdict.MORE if fits else Verdict.TEXT


class MistralCall:
    """What follows `[TOOL_CALLS]`: JSON, or `name[ARGS]{…}` since their tokenizer's version 11."""

    def __init__(self) -> None:
        self._start = ""
        self._inner: JsonCall | None = None

    @property
    def calls(self) -> list[Found]:
        return self._inner.calls if self._inner is not None else []

    def feed(self, char: str) -> Verdict:
        if self._inner is not None:
            return self._inner.feed(char)
        self._start += char
        start = self._start.lstrip()
        if start in ("[", "{"):
            self._inner = JsonCall("[{")
            return self._inner.feed(char)
        if named := _NAMED.fullmatch(start):
            self._inner = JsonCall("{", named.group(1))
        return Verdict.MORE if len(self._start) <= _LONGEST_NAME and "\n" not in start else Verdict.TEXT


_NAMED = re.compile(r"([\w.-]+)(?:\[CALL_ID\]\w+)?\[ARGS\]")
_FUNCTION = "<function="
_PARAMETER, _PARAMETER_END, _FUNCTION_END = "<parameter=", "</parameter>", "</function>"


def _may_begin(written: str) -> bool:
    return any(written.startswith(tag) or tag.startswith(written) for tag in (_PARAMETER, _FUNCTION_END))


def _parameters(written: str) -> dict[str, str] | None:
    """None if it does not read to its end: the end of the function may stand in a value."""
    found: dict[str, str] = {}
    rest = written.lstrip()
    while rest != _FUNCTION_END:
        if not rest.startswith(_PARAMETER):
            return None
        key, end, rest = rest.removeprefix(_PARAMETER).partition(">")
        split = _value(rest)
        if not end or split is None or key in found:
            return None
        found[key], rest = split
    return found


def _value(rest: str) -> tuple[str, str] | None:
    """A value without the line ends around it, and what follows: the end of the value may stand in it too."""
    start = 0
    while (at := rest.find(_PARAMETER_END, start)) >= 0:
        start = at + len(_PARAMETER_END)
        after = rest[start:].lstrip()
        if after.startswith((_PARAMETER, _FUNCTION_END)):
            return rest[:at].removeprefix("\n").removesuffix("\n"), after
    return None

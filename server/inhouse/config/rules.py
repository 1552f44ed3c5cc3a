"""What a value in the settings may be, each rule with the words that tell a person so.

Plain functions over dataclass fields instead of pydantic: importing and building that costs a quarter of the
server's start-up, and none of its wording is fit for a user.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from ipaddress import ip_network
from pathlib import PurePath
from typing import Literal, cast, get_args

from inhouse.domain.origin import Origin

Convert = Callable[[object], object]

RESERVED_HEADERS = frozenset({"authorization", "api-key", "x-conversation-id"})
"""Set by Inhouse itself (interface §3)."""
FRAMING_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Set by the HTTP library; changing them is request smuggling."""
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9]+)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """`convert` gives the value to keep, or raises ValueError saying what it must be.

    `form` is how an environment variable spells it: its text as it is, JSON, or whichever fits.
    """

    convert: Convert
    form: Literal["text", "json", "either"] = "json"


@dataclass(frozen=True, slots=True)
class SectionOf:
    """A table with the fields of a dataclass."""

    cls: type


@dataclass(frozen=True, slots=True)
class TableOf:
    """A table of such tables under names of the user's own, each checked by `name`."""

    cls: type
    name: Convert


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of such tables; a later layer replaces it whole."""

    cls: type


Node = Rule | SectionOf | TableOf | ListOf


@cache
def nodes_of(cls: type) -> Mapping[str, Node]:
    """The settings that a section has, by name; a plain dataclass for a type is a section."""
    return {name: _node(annotation) for name, annotation in cls.__annotations__.items()}


def _node(annotation: object) -> Node:
    if isinstance(annotation, type):
        return SectionOf(annotation)
    (node,) = get_args(annotation)[1:]
    return node


def in_short(text: str) -> str:
    """A name from the user's file, made fit for one line of a message."""
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError("must be text")
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("must be true or false")
    return raw


def _auto_or_flag(raw: object) -> str | bool:
    if raw != "auto" and not isinstance(raw, bool):
        raise ValueError("must be auto, true or false")
    return "auto" if raw == "auto" else bool(raw)


def as_texts(raw: object) -> tuple[str, ...]:
    items = as_list(raw)
    if items is None or not all(isinstance(item, str) for item in items):
        raise ValueError("must be a list of texts")
    return tuple(str(item) for item in items)


def as_list(raw: object) -> list[object] | None:
    """The list that came out of TOML, JSON or the command line, typed."""
    return cast("list[object]", raw) if isinstance(raw, list | tuple) else None


def as_table(raw: object) -> dict[str, object] | None:
    """The table that came out of TOML or JSON, typed.

    An empty list counts as an empty table: Lua has one `{}` for both, and Neovim encodes it as `[]`.
    """
    if isinstance(raw, dict):
        return cast("dict[str, object]", raw)
    return {} if raw == [] else None


def _url(raw: object) -> str:
    text = _text(raw)
    if not HOST.fullmatch(Origin.parse(text).host):
        raise ValueError("the host holds a character that no host name has")
    return text.rstrip("/")


def _header_name(raw: object) -> str:
    name = _text(raw)
    if not HEADER_NAME.fullmatch(name) or name.lower() in FRAMING_HEADERS:
        raise ValueError("must be the name of a request header, such as Authorization or api-key")
    return name


def _affinity_header(raw: object) -> str:
    if raw == "":
        return ""
    name = _header_name(raw)
    if name.lower() in RESERVED_HEADERS:  # with X-Conversation-Id llama.cpp goes on writing for nobody
        raise ValueError(f"the header {in_short(name)} cannot be used for this")
    return name


def _headers(raw: object) -> Mapping[str, str]:
    table = as_table(raw)
    if table is None:
        raise ValueError("must be a table of header names and their values")
    for name, text in table.items():
        if name.lower() in RESERVED_HEADERS | FRAMING_HEADERS or not HEADER_NAME.fullmatch(name):
            raise ValueError(f"the header {in_short(name)} cannot be set here")
        if not isinstance(text, str) or not HEADER_VALUE.fullmatch(text):
            raise ValueError(f"the value of the header {in_short(name)} must be printable ASCII text")
    return {name: str(text) for name, text in table.items()}


def _command(raw: object) -> tuple[str, ...]:
    command = as_list(raw)
    texts = [part for part in command or () if isinstance(part, str) and "\0" not in part]
    if command is None or len(texts) < len(command) or (texts and not PurePath(texts[0]).is_absolute()):
        raise ValueError("must be a list of texts that begins with a program's absolute path")
    return tuple(texts)


def _networks(raw: object) -> tuple[str, ...]:
    networks = as_texts(raw)
    for index, cidr in enumerate(networks, 1):
        try:
            ip_network(cidr)
        except ValueError:
            raise ValueError(f"entry {index} must be a network such as 203.0.113.0/24") from None
    return networks


def matching(pattern: str, says: str) -> Rule:
    compiled = re.compile(pattern)

    def convert(raw: object) -> str:
        if not isinstance(raw, str) or not compiled.fullmatch(raw):
            raise ValueError(f"must be {says}")
        return raw

    return Rule(convert, "text")


def patterns(default: tuple[str, ...]) -> Rule:
    """Patterns in .gitignore's language; those of `default` are known to be right."""

    def convert(raw: object) -> tuple[str, ...]:
        texts = as_texts(raw)
        if not set(texts) <= set(default):
            _check_patterns(texts)
        return texts

    return Rule(convert)


def _check_patterns(texts: tuple[str, ...]) -> None:
    from pathspec import GitIgnoreSpec  # slow to import, so only when there is something to check

    for index, text in enumerate(texts, 1):
        if text.strip().startswith("!"):  # workspace.exclude leaves it out
            continue
        try:
            GitIgnoreSpec.from_lines([text])
        except (ValueError, re.error):
            raise ValueError(f"entry {index} must be a path pattern as in .gitignore") from None


def number(says: str, low: float, high: float, *, above: bool = False) -> Rule:
    """From `low` (or only above it) to `high`."""

    def convert(raw: object) -> float:
        if not isinstance(raw, int | float) or isinstance(raw, bool):
            raise ValueError(f"must be {says}")
        if not low <= raw <= high or (above and raw == low):
            raise ValueError(f"must be {says}")
        return raw

    return Rule(convert)


def whole(low: int, high: int) -> Rule:
    def convert(raw: object) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not low <= raw <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return raw

    return Rule(convert)


def choice(*allowed: str, kind: type[Enum] | None = None) -> Rule:
    """One of these words; `kind` turns it into a member of an enumeration."""
    *most, last = [word or '"" (empty)' for word in allowed]

    def convert(raw: object) -> object:
        if not isinstance(raw, str) or raw not in allowed:
            raise ValueError(f"must be {', '.join(most)} or {last}")
        return kind(raw) if kind else raw

    return Rule(convert, "text")


def not_yet(rule: Rule) -> Rule:
    """For a setting that nothing acts on yet: better refused than believed."""

    def convert(raw: object) -> object:
        value = rule.convert(raw)
        if value:
            raise ValueError("this version cannot do that yet, so it refuses to promise it; leave it out")
        return value

    return Rule(convert, rule.form)


TEXT = Rule(_text, "text")
FLAG = Rule(_flag)
AUTO_OR_FLAG = Rule(_auto_or_flag, "either")
TEXTS = Rule(as_texts)
COMMAND = Rule(_command)
URL = Rule(_url, "text")
HEADER = Rule(_header_name, "text")
HEADER_OR_NONE = Rule(_affinity_header, "text")
HEADERS = Rule(_headers)
NETWORKS = Rule(_networks)
SECONDS = number("a number of seconds above 0 and at most 86400", 0, 86_400, above=True)
BYTES = whole(1, 1_000_000_000)
RATIO = number("a number above 0 and at most 1", 0, 1, above=True)

"""The line of a TOML file on which a key is set, for messages; tomllib does not say."""

import re
from functools import lru_cache

_STRING = r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_LONG = re.compile(rf'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|(?P<short>{_STRING})|#[^\n]*', re.DOTALL)
_BRACKET = re.compile(rf"{_STRING}|(?P<open>[\[{{])|(?P<close>[\]}}])")
_PART = rf"(?:{_STRING}|[A-Za-z0-9_-]+)"
_KEY = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?[ \t]*({_KEY})[ \t]*\]\]?\s*$")
_ASSIGNMENT = re.compile(rf"\s*({_KEY})[ \t]*=")


def line_of(text: str, key: tuple[str, ...]) -> int | None:
    """The line, from 1, of `key` or of the nearest table or value around it; None when there is neither."""
    lines = _lines(text) if text else {}
    for length in range(len(key), 0, -1):
        if key[:length] in lines:
            return lines[key[:length]]
    return None


@lru_cache(maxsize=1)  # a file's faults are reported one after the other
def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The first line of each key and table, those inside inline tables left out."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    depth = 0
    for number, line in enumerate(_LONG.sub(_blank, text).split("\n"), 1):
        if depth == 0:
            header, assignment = _HEADER.match(line), _ASSIGNMENT.match(line)
            if header:
                table = _parts(header[1])
            key = (*table, *_parts(assignment[1])) if assignment else table
            for length in range(1, len(key) + 1):
                found.setdefault(key[:length], number)
            if header:
                continue
        depth = max(0, depth + _depth(line))
    return found


def _blank(token: re.Match[str]) -> str:
    """Comments and long strings vanish, but for their line ends."""
    return token[0] if token["short"] else "\n" * token[0].count("\n")


def _depth(line: str) -> int:
    return sum(bool(token["open"]) - bool(token["close"]) for token in _BRACKET.finditer(line))


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))

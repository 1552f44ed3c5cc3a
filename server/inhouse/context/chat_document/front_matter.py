"""The front matter of a chat document: who is asked, and how. A small part of YAML, read without a library for it."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from inhouse.domain.conversation import SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError

_FENCE = "---"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    model: str | None = None
    system: str | None = None
    options: SamplingOptions = field(default_factory=SamplingOptions)


def length(lines: Sequence[str]) -> int:
    """How many lines it takes, its fences included; 0 where there is none or it never ends."""
    if not lines or lines[0].rstrip() != _FENCE:
        return 0
    return next((number + 1 for number in range(1, len(lines)) if lines[number].rstrip() in (_FENCE, "...")), 0)


def read(lines: Sequence[str]) -> FrontMatter:
    """Raises `invalid_request` with the line of the first fault. Keys that are other programs' are passed over."""
    if not lines or lines[0].rstrip() != _FENCE:
        return FrontMatter()
    end = length(lines)
    if end == 0:
        _fault(0, "the front matter that begins here never ends; close it with a line of ---")
    found: dict[str, str] = {}
    numbers: dict[str, float | int] = {}
    for entry in _entries(lines, end - 1):
        if entry.key in found or entry.key in numbers:
            _fault(entry.line, f"{entry.key} was given already")
        if entry.key in _NUMBERS:
            numbers[entry.key] = _NUMBERS[entry.key](entry)
        elif entry.key in _TEXTS:
            found[entry.key] = entry.value
        elif meant := difflib.get_close_matches(entry.key, (*_TEXTS, *_NUMBERS), 1, 0.75):
            _fault(entry.line, f"{entry.key} is not known; {meant[0]} is")
    return FrontMatter(
        model=found.get("model") or None,
        system=found.get("system") or None,
        options=SamplingOptions(**numbers),  # pyright: ignore[reportArgumentType]
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    key: str
    value: str


def _entries(lines: Sequence[str], end: int) -> Iterator[_Entry]:
    at = 1
    while at < end:
        number, line = at, lines[at].rstrip()
        at += 1
        if not line or line.startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon or key != key.strip() or (value and not value.startswith(" ")):
            _fault(number, "the front matter has lines of a key, a colon, a space and a value")
        more = at
        while more < end and lines[more].startswith((" ", "\t", "- ", "\n", "\r")):
            more += 1
        yield _Entry(number, key, _value(value.strip(), lines[at:more]))
        at = more


def _value(value: str, under: Sequence[str]) -> str:
    """On the line itself, perhaps in quotes; or the lines under a bar, less their indentation."""
    if value in ("|", "|-", ">"):
        texts = [line.rstrip() for line in under]
        margin = min((len(text) - len(text.lstrip()) for text in texts if text), default=0)
        return "\n".join(text[margin:] for text in texts).strip("\n")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.partition(" #")[0].rstrip()


def _number(least: float, most: float, words: str) -> Callable[[_Entry], float]:
    def read_number(entry: _Entry) -> float:
        try:
            value = float(entry.value)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            _fault(entry.line, f"{entry.key} must be {words}")
        return value

    return read_number


def _whole(least: int, words: str) -> Callable[[_Entry], int]:
    def read_whole(entry: _Entry) -> int:
        digits = entry.value
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 15 or int(digits) < least:
            _fault(entry.line, f"{entry.key} must be {words}")
        return int(digits)

    return read_whole


_TEXTS = ("model", "system")
_NUMBERS: dict[str, Callable[[_Entry], float | int]] = {
    "temperature": _number(0, 100, "a number from 0 to 100"),
    "top_p": _number(1e-9, 1, "a number above 0 and up to 1"),
    "max_tokens": _whole(1, "a whole number from 1 on"),
    "seed": _whole(0, "a whole number from 0 on"),
}


def _fault(line: int, what: str) -> NoReturn:
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=f"Line {line + 1} of the chat document: {what}.",
        hint="The keys of the front matter are in docs/chat-documents.md.",
    )

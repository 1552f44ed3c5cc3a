"""JSON as models write it: in prose and fences, with trailing or missing commas, single quotes, bare keys, comments,
line breaks and quotation marks inside of texts."""

import re
from dataclasses import dataclass

_START = re.compile(r"[{\[]")
_BLANK = re.compile(r"(?:[\s,]+|//[^\n]*)*")
"""Commas are blanks: what they separate begins in its own way."""
_BEHIND = r"""\s*(?:[:,}\]]|\Z|["']\w{1,20}["']\s*:)"""
_STRING = re.compile(
    rf'"((?:[^"\\]|\\.|"(?!{_BEHIND}))*)"' + rf"|'((?:[^'\\]|\\.|'(?!{_BEHIND}))*)'",
    re.DOTALL,
)
"""A quotation mark ends the text only where something follows that may stand behind a text."""
_NUMBER = re.compile(r"-?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?(?![\w.])")
_WORD = re.compile(r"[A-Za-z_]\w{0,99}")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "/": "/", "\n": "\n"}
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}

_DEEPEST = 20
_MOST_STARTS = 1000
"""Brackets that begin no JSON, before the rest of a text is left alone."""


class _NoJsonError(Exception):
    pass


class _CutError(Exception):
    """The text ends inside of a value."""


@dataclass(frozen=True, slots=True)
class Found:
    """`values`: the outermost objects and arrays, in their order; numbers are floats. `rest`: the text around them.
    `cut`: the text ends inside of a further one."""

    values: tuple[object, ...]
    rest: str
    cut: bool = False


def find_values(text: str) -> Found:
    values: list[object] = []
    rest: list[str] = []
    at = failed = 0
    while failed < _MOST_STARTS and (start := _START.search(text, at)):
        rest.append(text[at : start.start()])
        try:
            value, at = _value(text, start.start(), 0)
        except _CutError:
            return Found(tuple(values), "".join(rest), cut=True)
        except _NoJsonError:
            at = start.end()
            rest.append(start[0])
            failed += 1
        else:
            values.append(value)
    return Found(tuple(values), "".join([*rest, text[at:]]))


def _value(text: str, at: int, depth: int) -> tuple[object, int]:
    """The value that begins here, and where it ends."""
    opening = text[at : at + 1]
    if depth > _DEEPEST:
        raise _NoJsonError
    if opening == "{":
        return _object(text, at + 1, depth + 1)
    if opening == "[":
        return _array(text, at + 1, depth + 1)
    if opening in ("", '"', "'"):
        return _string(text, at)
    if number := _NUMBER.match(text, at):
        return float(number[0]), number.end()
    word = _WORD.match(text, at)
    if word is None or word[0] not in _WORDS:
        raise _end(text, at if word is None else word.end())
    return _WORDS[word[0]], word.end()


def _object(text: str, at: int, depth: int) -> tuple[dict[str, object], int]:
    found: dict[str, object] = {}
    while True:
        at = _after_blanks(text, at)
        if text.startswith("}", at):
            return found, at + 1
        word = _WORD.match(text, at)
        key, at = (word[0], word.end()) if word else _string(text, at)
        at = _after_blanks(text, at)
        if not text.startswith(":", at):
            raise _end(text, at)
        found[key], at = _value(text, _after_blanks(text, at + 1), depth)


def _array(text: str, at: int, depth: int) -> tuple[list[object], int]:
    found: list[object] = []
    while True:
        at = _after_blanks(text, at)
        if text.startswith("]", at):
            return found, at + 1
        value, at = _value(text, at, depth)
        found.append(value)


def _string(text: str, at: int) -> tuple[str, int]:
    found = _STRING.match(text, at)
    if found is None:
        raise _CutError if at == len(text) or text[at] in "\"'" else _NoJsonError
    return _unescaped(found[1] if found[1] is not None else found[2]), found.end()


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _end(text: str, at: int) -> Exception:
    return _CutError() if at >= len(text) else _NoJsonError()


def _unescaped(text: str) -> str:
    """An escape that there is not stays as it is: it was meant for a regular expression or a path."""

    def plain(found: re.Match[str]) -> str:
        sign = found[1]
        return chr(int(sign[1:], 16)) if len(sign) > 1 else _ESCAPES.get(sign, found[0])

    raw = _ESCAPE.sub(plain, text)
    return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

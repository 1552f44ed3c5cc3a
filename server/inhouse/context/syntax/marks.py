"""The characters that give code its shape, outside of strings and comments."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache

from inhouse.context.syntax.languages import canonical, comments

_SHORT = r"\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?"
_LONG = r"\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|" + _SHORT
_TEMPLATES = r"`(?:\\.|[^`\\])*`|" + _SHORT
_STRINGS = {
    "python": _LONG,
    "java": _LONG,
    "kotlin": _LONG,
    "swift": _LONG,
    "scala": _LONG,
    "dart": _LONG,
    "javascript": _TEMPLATES,
    "typescript": _TEMPLATES,
    "tsx": _TEMPLATES,
    "go": r"`[^`]*`|" + _SHORT,
    "rust": r"\br(?P<hashes>#*)\".*?(?:\"(?P=hashes)|\Z)|\"(?:\\.|[^\"\\])*\"|'(?:\\[^\n]{1,9}?|[^'\\\n])'",
    "cpp": r"\bR\"(?P<raw>[^()\s]{0,16})\(.*?(?:\)(?P=raw)\"|\Z)|" + _SHORT,
    "bash": r"\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|\$#",
}
_NO_COMMENT_BEFORE = r"(?<![$\w{])"
"""A hash is no comment in `$#` and `${#array}`."""


@cache
def _tokens(language: str) -> re.Pattern[str]:
    """Matches comments as group `comment`, strings, and single marks as group `mark`."""
    known = comments(language)
    mark = known.line if known else ""
    before = _NO_COMMENT_BEFORE if mark == "#" else ""
    comment = rf"{before}{re.escape(mark)}[^\n]*" if mark else "$^"
    if known and known.block:
        opening, closing = map(re.escape, known.block)
        comment = rf"{opening}.*?(?:{closing}|\Z)|{comment}"
    strings = _STRINGS.get(canonical(language), _SHORT)
    return re.compile(rf"(?P<comment>{comment})|{strings}|(?P<mark>=>|[()\[\]{{}};:])", re.DOTALL)


def marks(text: str, language: str, start: int) -> Iterator[tuple[str, int]]:
    """Each mark from `start` on, with its place in the text. `start` must lie in code."""
    for found in _tokens(language).finditer(text, start):
        mark = found["mark"]
        if mark:
            yield mark, found.start()


@dataclass(frozen=True, slots=True)
class Shape:
    """What reading a text from its beginning shows. `within`: the lines that begin inside of a string or a comment.
    `closing`: for each opening brace, by its place, where it is closed."""

    within: Set[int]
    closing: Mapping[int, int]


def read_shape(text: str, language: str) -> Shape:
    within: set[int] = set()
    closing: dict[int, int] = {}
    opened: list[int] = []
    line, before = 0, 0
    for token in _tokens(language).finditer(text):
        mark = token["mark"]
        if mark == "{":
            opened.append(token.start())
        elif mark == "}" and opened:
            closing[opened.pop()] = token.start()
        elif not mark and "\n" in token[0]:
            first = line + text.count("\n", before, token.start())
            line, before = first + token[0].count("\n"), token.end()
            within.update(range(first + 1, line + 1))
    return Shape(within, closing)


def without_comments(text: str, language: str) -> str:
    return _tokens(language).sub(lambda found: " " if found["comment"] is not None else found[0], text)

"""The characters that give code its shape, outside of strings and comments."""

import re
from collections.abc import Iterator
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
    "rust": r"\br(?P<hashes>#*)\".*?\"(?P=hashes)|\"(?:\\.|[^\"\\])*\"|'(?:\\[^\n]{1,9}?|[^'\\\n])'",
    "bash": r"\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|\$#",
}
_NO_COMMENT_BEFORE = r"(?<![$\w{])"
"""A hash is no comment in `$#` and `${#array}`."""


@cache
def shape(language: str) -> re.Pattern[str]:
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
    for found in shape(language).finditer(text, start):
        mark = found["mark"]
        if mark:
            yield mark, found.start()


def lines_within(text: str, language: str) -> set[int]:
    """The lines that begin inside of a string or a comment."""
    found: set[int] = set()
    line, before = 0, 0
    for token in shape(language).finditer(text):
        if token["mark"] or "\n" not in token[0]:
            continue
        line += text.count("\n", before, token.start())
        more = token[0].count("\n")
        found.update(range(line + 1, line + more + 1))
        line, before = line + more, token.end()
    return found


def without_comments(text: str, language: str) -> str:
    return shape(language).sub(lambda found: " " if found["comment"] is not None else found[0], text)

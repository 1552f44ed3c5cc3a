"""Fenced blocks of an answer, as CommonMark has them and as models write them."""

import re
from dataclasses import dataclass

from inhouse.context.answer.languages import named

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?:>[ ]?)?(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>(?:[^`\s][^`\n]*)?)$")
_GLUED = re.compile(r"(?P<code>.*\S)`{3,}\s*")
"""A closing fence on the last line of the code."""


@dataclass(frozen=True, slots=True)
class Fenced:
    """`info` is the first word behind the fence, in small letters; `first` and `last` are lines of the answer."""

    info: str
    text: str
    first: int
    last: int


def fenced_blocks(text: str, language: str) -> tuple[Fenced, ...]:
    """The blocks in their order. One that is never closed reaches to the end of the answer."""
    lines = text.split("\n")
    found: list[Fenced] = []
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at])
        if opening is None:
            at += 1
            continue
        block = _block(lines, at, opening, language)
        found.append(block)
        at = block.last + 1
    return tuple(found)


def outside(text: str, blocks: tuple[Fenced, ...]) -> str:
    """What stands around the blocks."""
    inside = {at for block in blocks for at in range(block.first, block.last + 1)}
    return "\n".join(line for at, line in enumerate(text.split("\n")) if at not in inside)


def _block(lines: list[str], first: int, opening: re.Match[str], language: str) -> Fenced:
    info = _first_word(opening["info"])
    last = _close(lines, first, opening, language)
    end = len(lines) if last is None else last
    body = [_outdented(line, len(opening["indent"])) for line in lines[first + 1 : end]]
    if last is None and body and (glued := _GLUED.fullmatch(body[-1])) and "`" not in glued["code"]:
        body[-1] = glued["code"]
    return Fenced(info, "\n".join(body), first, min(end, len(lines) - 1))


def _close(lines: list[str], first: int, opening: re.Match[str], language: str) -> int | None:
    """The line of the closing fence. One with a word behind it opens another inside; one in a Python string is text."""
    depth = 1
    quotes = 0
    prose = named(_first_word(opening["info"])) == "markdown" or (not opening["info"] and language == "markdown")
    for at in range(first + 1, len(lines)):
        fence = _FENCE.match(lines[at])
        if fence is None or not _same(opening, fence):
            quotes += lines[at].count('"""') if language == "python" else 0
            continue
        if fence["info"].strip() or (prose and depth == 1 and _opens_bare(lines, at, fence)):
            depth += 1
        elif quotes % 2 == 0:
            depth -= 1
        if depth == 0:
            return at
    return _last_bare(lines, first, opening)


def _same(opening: re.Match[str], fence: re.Match[str]) -> bool:
    """Whether it can close what was opened: the same sign, as long or longer, hardly deeper in."""
    deeper = len(fence["indent"].expandtabs(4)) - len(opening["indent"].expandtabs(4))
    return fence["mark"].startswith(opening["mark"]) and deeper <= 3


def _opens_bare(lines: list[str], at: int, fence: re.Match[str]) -> bool:
    """In Markdown, whether a bare fence begins a block within: then two more of them follow before the answer ends."""
    following = [match for line in lines[at + 1 :] if (match := _FENCE.match(line)) and match["mark"] == fence["mark"]]
    bare = sum(1 for match in following if not match["info"].strip())
    opened = len(following) - bare
    return bare - opened >= 2


def _last_bare(lines: list[str], first: int, opening: re.Match[str]) -> int | None:
    for at in range(len(lines) - 1, first, -1):
        fence = _FENCE.match(lines[at])
        if fence and _same(opening, fence) and not fence["info"].strip():
            return at
    return None


def _first_word(info: str) -> str:
    return re.split(r"[\s:,{]", info.strip().lower(), maxsplit=1)[0]


def _outdented(line: str, width: int) -> str:
    """A block in a list is indented with its fence."""
    indent = len(line) - len(line.lstrip())
    return line[min(indent, width) :]

"""An instruction that stands in the code: a comment that begins with `inhouse:`, and the comment lines that go on
with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile("inhouse:", re.IGNORECASE)
# No part of these can match a run of one sign in more than one way: lines may have millions of it.
_OPEN = re.compile(r"(?:(?<!#)#+|(?<!/)//+!?|--|(?<!;);+|(?<!%)%+|/\*+|<!--|\(\*|\"\"\"|'''|\"|'|\*)\s*$")
_CLOSE = re.compile(r"(?:(?<!\*)\*+/|-->|\*\)|\"\"\"|''')$")
_LONGEST_HEAD = 200
"""Characters before the word that may be the comment's beginning."""
_LOOKED_AT = 2000
"""Characters of a line in which the word is looked for. Generated lines may have millions."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """`lines`: those of the comment, first and last (zero-based, inclusive). `code` is what stands before it in its
    first line."""

    text: str
    lines: tuple[int, int]
    code: str


def instruction_in(lines: Sequence[str], within: tuple[int, int]) -> Instruction | None:
    """The first one that begins in the lines from the one to the other."""
    last = min(within[1], len(lines) - 1)
    for at in range(within[0], last + 1):
        found = _begun(lines[at])
        if found is not None:
            code, opening, text = found
            rest = [] if code else _rest(lines[at + 1 : last + 1], opening)
            return Instruction(" ".join([text, *rest]), (at, at + len(rest)), code)
    return None


def without(lines: Sequence[str], instruction: Instruction) -> list[str]:
    """The lines without the comment; at least one."""
    first, last = instruction.lines
    if not instruction.code:
        return [*lines[:first], *lines[last + 1 :]] or [""]
    end = lines[first][len(lines[first].rstrip("\r\n")) :]
    return [*lines[:first], instruction.code + end, *lines[last + 1 :]]


def _begun(line: str) -> tuple[str, str, str] | None:
    """The code before the comment, the sign that opens it, and what the comment says."""
    for word in _WORD.finditer(line, 0, _LOOKED_AT):
        start = max(0, word.start() - _LONGEST_HEAD)
        opening = _OPEN.search(line[start : word.start()])
        text = _CLOSE.sub("", line[word.end() :].strip()).rstrip() if opening else ""
        if opening is not None and text:
            return line[: start + opening.start()].rstrip(), opening[0].rstrip(), text
    return None


def _rest(lines: Sequence[str], opening: str) -> list[str]:
    """The comment lines that follow; only those of a kind that needs no end."""
    if opening.startswith(("/*", "<!--", "(*", '"', "'", "*")):
        return []
    found: list[str] = []
    for line in lines:
        text = line.strip()
        if not text.startswith(opening) or not text.lstrip(opening[0]).strip():
            break
        found.append(text.removeprefix(opening).strip())
    return found

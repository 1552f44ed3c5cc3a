"""An instruction that stands in the code: a comment that begins with `inhouse:`, and the comment lines that go on
with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OPEN = r"(?:#+|//+!?|--|;+|%+|/\*+|<!--|\(\*|\"\"\"|'''|\"|'|\*)"
_CLOSE = r"(?:\*+/|-->|\*\)|\"\"\"|''')?"
_BEGIN = re.compile(rf"(?P<code>.*?)(?P<open>{_OPEN})\s*inhouse:\s*(?P<text>.*?)\s*{_CLOSE}\s*$", re.IGNORECASE)


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
        found = _BEGIN.match(lines[at].rstrip("\r\n"))
        if found is not None and found["text"]:
            rest = [] if found["code"].strip() else _rest(lines[at + 1 : last + 1], found["open"])
            return Instruction(" ".join([found["text"], *rest]), (at, at + len(rest)), found["code"].rstrip())
    return None


def without(lines: Sequence[str], instruction: Instruction) -> list[str]:
    """The lines without the comment; at least one."""
    first, last = instruction.lines
    if not instruction.code:
        return [*lines[:first], *lines[last + 1 :]] or [""]
    end = lines[first][len(lines[first].rstrip("\r\n")) :]
    return [*lines[:first], instruction.code + end, *lines[last + 1 :]]


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

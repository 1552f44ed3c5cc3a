"""The lines that mean something in a chat document, and how text that looks like one is told apart from it.

Outside code, a line that would be one of them has a backslash in front, which Markdown does not show.
"""

import re
from enum import StrEnum

YOU = "You"

_HEADING = re.compile(r"##[ \t]+((?i:you)|[^\s|]+\|\S.*)")
_MARK_START = "*Inhouse: "


class Ending(StrEnum):
    """How an answer ended that is not whole."""

    STOPPED = "stopped"
    CUT = "cut off"
    FAILED = "failed"


_MARK = re.compile(rf"{re.escape(_MARK_START)}({'|'.join(Ending)})\..*\*[ \t]*")


def speaker(line: str) -> str | None:
    """Whose turn a heading begins, `You` or a model's id; None for any other line."""
    found = _HEADING.fullmatch(line.rstrip(" \t"))
    if found is None:
        return None
    return YOU if found[1].lower() == YOU.lower() else found[1]


def heading(name: str) -> str:
    return f"## {name}"


def ending(line: str) -> Ending | None:
    found = _MARK.fullmatch(line)
    return Ending(found[1]) if found else None


def mark(how: Ending, why: str = "") -> str:
    """The line under an answer that is not whole. `why` is a sentence."""
    words = " ".join(f"{how.value}. {why}".split())
    return f"{_MARK_START}{words}*"


def is_special(line: str) -> bool:
    return speaker(line) is not None or ending(line) is not None


def may_become_special(start: str) -> bool:
    """Whether a line that begins so has to be whole before it is known what it is."""
    plain = start.lstrip("\\")
    if plain[:2] == "##":
        return plain[2:3] in ("", " ", "\t")
    return _MARK_START.startswith(plain[: len(_MARK_START)]) or "##".startswith(plain)


def escaped(line: str) -> str:
    """The same line as plain text; `unescaped` gives it back."""
    return f"\\{line}" if is_special(line.lstrip("\\")) else line


def unescaped(line: str) -> str:
    return line[1:] if line.startswith("\\") and is_special(line.lstrip("\\")) else line

"""Whether a finding speaks of the code on its lines, or might be said of any code."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d]\w{2,}")
_COMMON = frozenset(
    """and any are async await bool break case catch char class const continue data def default else enum error except
    export false file final float for from func function get has import int interface let line list long match new
    nil none not null object package private public raise return self set static string struct switch the this throw
    true try type use val value var void when while with yield you""".split()  # noqa: SIM905 - a list would be 70 lines
)
"""Words of programs that prose is full of, too."""
_QUOTED = re.compile(r"`([^`\n]+)`")


def names_the_code(told: str, lines: Sequence[str]) -> bool:
    """It quotes what stands there, or uses one of its names."""
    code = "\n".join(lines)
    if any(quoted.strip() and quoted.strip() in code for quoted in _QUOTED.findall(told)):
        return True
    names = {word for word in _WORD.findall(code) if word.lower() not in _COMMON}
    return not names.isdisjoint(_WORD.findall(told))

"""The docstring of a Python block."""

import re

from inhouse.context.syntax.blocks import Lines
from inhouse.context.syntax.bodies import Text
from inhouse.context.syntax.languages import canonical

_STRING = re.compile(r"""[rRuU]?(?:"{3}.*?"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')[ \t]*(?=[;#\n]|\Z)""", re.DOTALL)


def docstring_lines(text: Text, header_last: int, last: int, language: str) -> Lines | None:
    """The lines of the string that a block's body begins with."""
    if canonical(language) != "python":
        return None
    for line in range(header_last + 1, last + 1):
        stripped = text.lines[line].lstrip()
        if stripped and not stripped.startswith("#"):
            found = _STRING.match(text.whole, text.starts[line] + len(text.lines[line]) - len(stripped))
            return (line, line + found[0].count("\n")) if found else None
    return None

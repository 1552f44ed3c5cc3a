"""Which lines of a Markdown text are code: what looks like a heading there is none (CommonMark 0.31, §4.5)."""

import re

_OPENS = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_CLOSES = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*")


class Fences:
    """Feed it the lines in order, without their ends."""

    def __init__(self) -> None:
        self._open = ""

    @property
    def closing(self) -> str:
        """The line that would end the code block that is open here; empty where none is."""
        return self._open

    def is_code(self, line: str) -> bool:
        """Whether this line, the next one, belongs to a fenced block; its fences do."""
        if self._open:
            found = _CLOSES.fullmatch(line)
            if found and found[1].startswith(self._open):
                self._open = ""
            return True
        found = _OPENS.fullmatch(line)
        if found is None or (found[1][0] == "`" and "`" in found[2]):
            return False
        self._open = found[1]
        return True

"""A model's answer as it goes into a chat document, piece by piece: it can never begin a turn or stay open."""

import re

from inhouse.context.chat_document.fences import Fences
from inhouse.context.chat_document.marks import escaped, may_become_special

_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""Controls but for tab and line feed, and what turns the direction of text or hides in it."""


class AnswerText:
    """What is to be inserted follows from what came, whatever pieces it came in: line ends are LF, blank lines at the
    start and the end are left out, and the start of a line that may yet become a heading waits for the rest of it."""

    def __init__(self) -> None:
        self._fences = Fences()
        self._line = ""  # the last line so far
        self._told = 0  # how much of it was given out
        self._blank = ""  # what is given out only if something follows
        self._begun = False
        self._return = ""  # a CR whose LF may follow

    def add(self, text: str) -> str:
        """What can be inserted now."""
        text = self._return + text
        self._return = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        first, *rest = _NOT_TEXT.sub("", text).split("\n")
        out = [self._more(first)]
        for piece in rest:
            out += [self._end_line(), self._more(piece)]
        return "".join(out)

    def end(self) -> str:
        """The rest, and the end of a code block that was left open."""
        rest = self._end_line()
        if self._fences.closing:
            rest += f"\n{self._fences.closing}"
        return rest

    def _more(self, piece: str) -> str:
        self._line += piece
        waits = self._told == 0 and not self._fences.closing and may_become_special(self._line)
        return "" if waits else self._tell(self._line)

    def _end_line(self) -> str:
        line = self._line
        is_code = self._fences.is_code(line)
        told = self._tell(line if is_code or self._told else escaped(line))
        self._line, self._told = "", 0
        self._blank += "\n"
        return told

    def _tell(self, line: str) -> str:
        piece = line[self._told :]
        self._told = len(line)
        if not piece.strip():
            self._blank += piece
            return ""
        told = (self._blank if self._begun else self._blank.rpartition("\n")[2]) + piece
        self._blank, self._begun = "", True
        return told

"""Files as the server has them, and edits applied to them as an editor would."""

import re
from collections.abc import Sequence

from inhouse.domain.code import Position, SourceFile, Span, TextEdit

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def split(text: str) -> tuple[str, ...]:
    """As `SourceFile.lines` are: the last one has no line end and may be empty."""
    lines = _LINES.findall(text)
    return (*lines, "") if not lines or lines[-1].endswith(("\n", "\r")) else tuple(lines)


def source(text: str, language: str = "python") -> SourceFile:
    return SourceFile("file:///w/file", "file", language, split(text))


def between(file: SourceFile, span: Span) -> str:
    text = "".join(file.lines)
    return text[offset(file, span.start) : offset(file, span.end)]


def offset(file: SourceFile, position: Position) -> int:
    return sum(len(line) for line in file.lines[: position.line]) + position.character


def applied(file: SourceFile, edits: Sequence[TextEdit]) -> str:
    """The file's text afterwards. Edits must lie in the file, in order, and not overlap."""
    text = "".join(file.lines)
    found: list[str] = []
    at = 0
    for edit in edits:
        start, end = offset(file, edit.span.start), offset(file, edit.span.end)
        assert at <= start <= end <= len(text)
        found += [text[at:start], edit.text]
        at = end
    return "".join(found) + text[at:]

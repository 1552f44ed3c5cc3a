"""What belongs to a block and stands above its header: decorators, attributes, documentation."""

import re
from collections.abc import Sequence

from inhouse.context.syntax.blocks import Lines
from inhouse.context.syntax.languages import canonical, comments

_AT = re.compile(r"\s*@")
_C_TYPE = r"(?:static|extern|inline|const|unsigned|struct|void|int|char|long|bool|[a-z]\w*_t)\b[\w\s*]*$"
_ATTRIBUTES = {
    "python": _AT,
    "javascript": _AT,
    "typescript": _AT,
    "tsx": _AT,
    "java": _AT,
    "kotlin": _AT,
    "swift": _AT,
    "scala": _AT,
    "dart": _AT,
    "rust": re.compile(r"\s*#!?\["),
    "php": re.compile(r"\s*#\["),
    "csharp": re.compile(r"\s*\["),
    "c": re.compile(rf"(?:__attribute__|{_C_TYPE})"),
    "cpp": re.compile(rf"\s*(?:template\b|\[\[|__attribute__|{_C_TYPE})"),
}
_FARTHEST = 30
"""Lines that one attribute may have."""
_LONGEST_DOC = 300
"""Lines of one comment."""


def attributes_first(lines: Sequence[str], header: int, language: str) -> int:
    """The first line of the attributes directly above a header, or the header itself."""
    pattern = _ATTRIBUTES.get(canonical(language))
    first = header
    while pattern and (start := _attribute(lines, first - 1, pattern)) is not None:
        first = start
    return first


def doc_above(lines: Sequence[str], first: int, language: str) -> Lines | None:
    """The documentation comment that ends directly above this line."""
    known = comments(language)
    last = first - 1
    if known is None or last < 0:
        return None
    text = lines[last].strip()
    if known.doc_block and text.endswith("*/"):
        start = next((at for at in range(last, max(last - _LONGEST_DOC, -1), -1) if "/*" in lines[at]), last)
        return (start, last) if lines[start].strip().startswith(known.doc_block) else None
    start = first
    while start > 0 and _is_doc_line(lines[start - 1], known.doc):
        start -= 1
    return (start, last) if start < first else None


def _is_doc_line(line: str, marks: tuple[str, ...]) -> bool:
    text = line.strip()
    return bool(marks) and text.startswith(marks) and not text.startswith(("#!", "//go:", "#include"))


def _attribute(lines: Sequence[str], last: int, pattern: re.Pattern[str]) -> int | None:
    """The first line of the attribute that ends on line `last`."""
    depth = 0
    for at in range(last, max(last - _FARTHEST, -1), -1):
        line = lines[at]
        if not line.strip():
            return None
        depth += sum(map(line.count, ")]}")) - sum(map(line.count, "([{"))
        if depth == 0:
            return at if pattern.match(line) else None
        if depth < 0:
            return None
    return None

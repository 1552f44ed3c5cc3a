"""Lines that import, as far as their look tells."""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cache

from inhouse.context.syntax.blocks import Lines
from inhouse.context.syntax.bodies import Text
from inhouse.context.syntax.languages import canonical
from inhouse.context.syntax.marks import marks

_SCRIPT = r"(?:import\b(?!\()|(?:const|let|var)\s.*=\s*require\()"
_JVM = r"(?:import\s|package\s)"
_C = r"#\s*include\b"
_LONGEST = 200
"""Lines of one import."""
_OPENING = re.compile(r"[(\[{]")
_PATTERNS = {
    "python": r"(?:import\s|from\s+\S+\s+import\b)",
    "ruby": r"(?:require|require_relative|load|autoload)\b",
    "lua": r"local\s+\w+\s*=\s*require\b",
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "go": r"(?:import\b|package\s)",
    "rust": r"(?:pub(?:\([^)]*\))?\s+)?(?:use\s|extern\s+crate\s)",
    "java": _JVM,
    "kotlin": _JVM,
    "scala": _JVM,
    "csharp": r"(?:global\s+)?using\s(?!.*\()",
    "c": _C,
    "cpp": _C,
    "php": r"(?:use\s|namespace\s+[\w\\]+\s*;|(?:require|include)(?:_once)?\b)",
    "bash": r"(?:source|\.)\s",
    "swift": r"import\s",
    "dart": r"(?:import|export|part)\s",
}


def imports(text: Text, language: str, in_code: Callable[[int], bool]) -> tuple[Lines, ...]:
    """Runs of imports; only those at the left edge count. `in_code` tells lines of code from those in a string."""
    pattern = _pattern(canonical(language))
    found: list[Lines] = []
    if pattern is None:
        return ()
    for each in pattern.finditer(text.whole):
        line = bisect_right(text.starts, each.start()) - 1
        if not in_code(line) or (found and line <= found[-1][1]):
            continue
        last = _statement_last(text, line, language)
        if found and found[-1][1] == line - 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((line, last))
    return tuple(found)


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    found = _PATTERNS.get(language)
    return re.compile(rf"^(?:{found})", re.MULTILINE) if found else None


def _statement_last(text: Text, line: int, language: str) -> int:
    """The line on which all is closed that this one has opened."""
    if not _OPENING.search(text.lines[line]):
        return line
    depth, last = 0, line
    for mark, place in marks(text.whole, language, text.starts[line]):
        at = bisect_right(text.starts, place) - 1
        if (not depth and at > last) or at > line + _LONGEST:
            break
        depth += (mark in "([{") - (mark in ")]}")
        last = at
    return last

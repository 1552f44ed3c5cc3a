"""Where the body of a block begins and ends, as its marks or its indentation say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inhouse.context.syntax.headers import Found, begins
from inhouse.context.syntax.languages import canonical, layout
from inhouse.context.syntax.marks import marks

_TAILS = {
    "javascript": r"\s*",
    "typescript": r"\s*(?::[^;()=]*)?",
    "tsx": r"\s*(?::[^;()=]*)?",
    "go": r"(?:(?!\nfunc\b)[\s\S])*",
    "java": r"\s*(?:throws[\w\s.,@]*)?",
    "dart": r"\s*(?:async\*?|sync\*)?\s*",
    "c": r"[\s\w]*",
    "csharp": r"\s*(?:(?::\s*(?:base|this)\b|where\b)[^;]*)?",
}
"""What may stand between the parameters and the body of a function, where its header looks like a call."""
_END, _END_OF_LINE = re.compile(r"\s*end\b"), re.compile(r"\bend\s*$")
_MOST_HEADER = 1000
"""Characters; what is longer is no header that we understand."""


@dataclass(frozen=True, slots=True)
class Body:
    """Offsets into the text. `opened` is where the header ends; the body's own text is `start` to `end`; `closed` is
    the last character that belongs to the block."""

    opened: int
    start: int
    end: int
    closed: int


@dataclass(frozen=True, slots=True)
class Text:
    """Some lines as one text, and the offset at which each begins. `closing` tells for each opening brace where it is
    closed; None as long as the text has not been read from its beginning."""

    lines: Sequence[str]
    whole: str
    starts: Sequence[int]
    closing: Mapping[int, int] | None = None


def find_body(text: Text, line: int, found: Found, language: str) -> Body | None:
    """The body of what `found` begins on this line; None where it has none, as a declaration."""
    match layout(language):
        case "braces":
            return _braced(text, line, found, canonical(language))
        case "indent":
            return _indented(text, line, found, language)
        case _:
            return _ended(text, line, found, language)


def indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _braced(text: Text, line: int, found: Found, language: str) -> Body | None:
    opened = _opening(text, line, found, language)
    if opened is None:
        return None
    closed = _closing(text, opened, language) if text.closing is None else text.closing.get(opened)
    if closed is not None:
        return Body(opened, opened + 1, closed, closed)
    # A brace is missing somewhere, so the indentation has to do.
    last = _last_deeper(text, line, line)
    end = max(text.starts[last] + len(text.lines[last]), opened + 1)
    return Body(opened, opened + 1, end, end - 1)


def _closing(text: Text, opened: int, language: str) -> int | None:
    depth = 0
    for mark, place in marks(text.whole, language, opened):
        depth += (mark == "{") - (mark == "}")
        if not depth:
            return place
    return None


def _opening(text: Text, line: int, found: Found, language: str) -> int | None:
    """Where the body's brace is: the first one outside of the parameters that is no part of a type."""
    start = text.starts[line] + found.end
    if text.whole[start - 1] == "(":
        start -= 1
    depth, parameters_end = 0, None
    for mark, place in marks(text.whole, language, start):
        if place - start > _MOST_HEADER:
            return None
        if mark in "([" or (mark == "{" and (depth or _in_type(text.whole, place, language, found))):
            depth += 1
        elif depth and mark in ")]}":
            depth -= 1
            if not depth and mark == ")" and parameters_end is None:
                parameters_end = place + 1
        elif mark == "=>" and not depth and found.arrow:
            return _brace_behind(text.whole, place + 2)
        elif mark == "{":
            fits = not found.arrow and _tail_fits(text.whole, parameters_end, place, language, found)
            return place if fits else None
        elif mark in ";)]}" and not depth:
            return None
    return None


def _brace_behind(whole: str, place: int) -> int | None:
    blank = len(whole[place : place + 200]) - len(whole[place : place + 200].lstrip())
    return place + blank if whole[place + blank : place + blank + 1] == "{" else None


def _in_type(whole: str, place: int, language: str, found: Found) -> bool:
    """Go's `interface{}`, TypeScript's `f(): { a: number }`, and the `b{1}` of a C++ constructor."""
    before = whole[max(0, place - 20) : place]
    match language:
        case "go":
            return found.kind == "function" and before.rstrip().endswith(("interface", "struct"))
        case "typescript" | "tsx":
            return found.kind == "function" and before.rstrip().endswith((":", "<", "|", "&", ","))
        case "cpp":
            return found.kind == "function" and re.search(r"[:,]\s*\w+$", before) is not None
        case _:
            return False


def _tail_fits(whole: str, parameters_end: int | None, place: int, language: str, found: Found) -> bool:
    if found.kind != "function" or language not in _TAILS or parameters_end is None:
        return True
    return re.fullmatch(_TAILS[language], whole[parameters_end:place]) is not None


def _indented(text: Text, line: int, found: Found, language: str) -> Body:
    opened = end = text.starts[line] + len(text.lines[line].rstrip())
    depth = 0
    for mark, place in marks(text.whole, language, text.starts[line] + found.end):
        if mark == ":" and not depth:
            opened = place
            break
        if place > end and not depth:
            break
        depth += (mark in "([{") - (mark in ")]}")
    header_last = line + text.whole.count("\n", text.starts[line], opened)
    last = _last_deeper(text, line, header_last)
    closed = text.starts[last] + len(text.lines[last].rstrip()) - 1
    return Body(opened, min(opened + 1, closed + 1), closed + 1, max(closed, opened))


def _ended(text: Text, line: int, found: Found, language: str) -> Body:
    header_last, depth = line, 0
    for mark, place in marks(text.whole, language, text.starts[line] + found.end):
        at = line + text.whole.count("\n", text.starts[line], place)
        if not depth and at > header_last:
            break
        depth += (mark in "([{") - (mark in ")]}")
        header_last = at
    opened = text.starts[header_last] + len(text.lines[header_last].rstrip())
    if _END_OF_LINE.search(text.lines[header_last]):
        return Body(opened, opened, opened, opened - 1)
    last = _end_line(text, line, header_last, language)
    if last is None:
        last = _last_deeper(text, line, header_last)
        closed = max(text.starts[last] + len(text.lines[last].rstrip()), opened)
        return Body(opened, opened, closed, closed - 1)
    return Body(opened, opened, text.starts[last], text.starts[last] + len(text.lines[last].rstrip()) - 1)


def _end_line(text: Text, line: int, header_last: int, language: str) -> int | None:
    """The `end` that stands right below the header. What stands farther left in between is text or a comment, unless it
    begins the next block: then the `end` is missing."""
    own = indentation(text.lines[line])
    for at in range(header_last + 1, len(text.lines)):
        current = text.lines[at]
        if not current.strip() or indentation(current) > own:
            continue
        if indentation(current) == own and _END.match(current):
            return at
        if begins(current, language):
            return None
    return None


def _last_deeper(text: Text, line: int, header_last: int) -> int:
    """The last line behind the header that is indented more than it, blank ones at the end left out. Lines of a
    triple-quoted string belong to what surrounds them, wherever they begin."""
    own, last, quote = indentation(text.lines[line]), header_last, ""
    for at in range(header_last + 1, len(text.lines)):
        current = text.lines[at]
        if not quote and current.strip():
            if indentation(current) <= own:
                break
            last = at
        elif quote:
            last = at
        quote = _open_quote(current, quote)
    return last


def _open_quote(line: str, quote: str) -> str:
    for mark in ('"""', "'''"):
        if (not quote or quote == mark) and line.count(mark) % 2:
            return "" if quote else mark
    return quote

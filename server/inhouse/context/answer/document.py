"""Documentation: from an answer only comments and docstrings get into the code."""

from collections.abc import Sequence
from dataclasses import replace

from inhouse.context.answer.framing import framed
from inhouse.context.answer.header import header_of
from inhouse.context.answer.indentation import indent, indented, style_of
from inhouse.context.answer.languages import named
from inhouse.context.answer.lexing import code_tokens, inside_strings, is_comment, tokens
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import SyntaxCheck, Unreadable

_CHANGED = Unreadable("The answer changes code, and only documentation was asked for.")
_NO_PLACE = Unreadable("There is no place for a docstring in the code.")
_ENDS = frozenset({"}", "{", ";", ":", "pass", "."})


def documented(lines: Sequence[str], place: Place, syntax: SyntaxCheck | None) -> Sequence[str] | Unreadable:
    """The region's lines with the answer's documentation. The answer is that alone, or with the code that it is for:
    all of it as it was, or its header only."""
    whole = framed(lines, place)
    if _same_code(whole, place, syntax):
        return whole
    code, old = (_without_end(code_tokens("\n".join(part), place.language)) for part in (whole, place.old))
    if code and code != old[: len(code)]:
        return _CHANGED
    doc = _documentation(lines, place.language)
    if not doc:
        return Unreadable("The answer has no documentation in the form of a comment.")
    if named(place.language) == "python" and not is_comment("\n".join(doc), "python"):
        return _with_docstring(doc, place)
    return _with_comment(doc, place)


def _same_code(new: Sequence[str], place: Place, syntax: SyntaxCheck | None) -> bool:
    """By the grammar, which wants the whole file, where there is one."""
    files = ["\n".join((*place.before, *part, *place.after, "")) for part in (new, place.old)]
    exact = [syntax.code_tokens(each, place.language) for each in files] if syntax is not None else [None, None]
    if None not in exact:
        return exact[0] == exact[1]
    return code_tokens("\n".join(new), place.language) == code_tokens("\n".join(place.old), place.language)


def _without_end(code: tuple[str, ...]) -> tuple[str, ...]:
    """Without the brackets and the empty body that stand for what the answer does not repeat."""
    end = len(code)
    while end and (code[end - 1] in _ENDS or code[end - 1].startswith("\n")):
        end -= 1
    return code[:end]


def _documentation(lines: Sequence[str], language: str) -> Sequence[str]:
    """Of the answer's lines those of its first comment or, in Python, of its docstring."""
    found = list(tokens("\n".join(lines), language))
    if named(language) == "python":
        doc = next((each for each in found if each.kind == "string" and each.text.endswith(('"""', "'''"))), None)
        if doc is not None:
            return lines[doc.line : doc.last + 1] if lines[doc.line].strip().startswith(doc.text[:3]) else ()
    first = next((each for each in found if each.kind == "comment"), None)
    if first is None or (found[0].kind != "comment" and named(language) != "python"):
        return ()
    last = first.last
    for token in found:
        if token.kind == "comment" and token.line == last + 1:
            last = token.last
    return lines[first.line : last + 1]


def _with_docstring(doc: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    header = header_of(place.old, place.language)
    if header is None or place.old[header.last][header.column :].split("#")[0].strip():
        return _NO_PLACE
    body = place.old[header.last + 1 :]
    filled = next((at for at, line in enumerate(body) if line.strip()), None)
    base = indent(place.old[header.first]) + style_of(place.whole, place.language).unit
    depth = indent(body[filled]) if filled is not None else base
    there = _docstring_lines(body, place.language)
    inside = inside_strings(doc, place.language)
    new = indented(doc, replace(place, old=(depth + "pass",)), inside)
    rest = body[there:]
    return (*place.old[: header.last + 1], *new, *rest)


def _docstring_lines(body: Sequence[str], language: str) -> int:
    """How many lines at the beginning of a body are its docstring."""
    first = next(iter(tokens("\n".join(body), language)), None)
    return first.last + 1 if first is not None and first.kind == "string" else 0


def _with_comment(doc: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    """Above the declaration with its attributes, in the place of a comment that the region begins with."""
    new = framed(doc, place)
    above = next((line.strip() for line in reversed(place.before)), "")
    if above.endswith("*/") or above.startswith("///"):
        return Unreadable("There is documentation above the code already, outside of the asked place.")
    first = next((each for each in tokens("\n".join(place.old), place.language)), None)
    start = next((at for at, line in enumerate(place.old) if line.strip()), 0)
    if first is None or first.kind != "comment" or first.line != start:
        return (*place.old[:start], *new, *place.old[start:])
    there = _documentation(place.old[start:], place.language)
    return (*place.old[:start], *new, *place.old[start + len(there) :])

"""Completion of a body: the header stays, and so does the docstring. An answer may repeat them or be the body alone."""

from collections.abc import Sequence
from dataclasses import replace

from inhouse.context.answer.declarations import declared
from inhouse.context.answer.framing import framed, unblanked
from inhouse.context.answer.header import Header, header_of
from inhouse.context.answer.indentation import indent, indented, style_of
from inhouse.context.answer.languages import named
from inhouse.context.answer.lexing import code_tokens, inside_strings, tokens
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Unreadable

_SIGNATURE = Unreadable("The answer changes the signature of what it was to complete.")


def completed(lines: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    """The region's whole lines with a body. A region that does not begin with a declaration is replaced as it is."""
    header = header_of(place.old, place.language)
    if header is None:
        return framed(lines, place)
    new = unblanked(lines)
    theirs = header_of(new, place.language)
    if theirs is None:
        first = next(iter(new), "")
        return _SIGNATURE if _redeclares(first, place, header) else _around(new, place, header)
    if _header_code(new, theirs, place) != _header_code(place.old, header, place):
        named_alike = declared(new[theirs.first], place.language) == declared(place.old[header.first], place.language)
        return _SIGNATURE if named_alike or _telling(new, theirs, place, header) else _around(new, place, header)
    return framed(_with_docstring(new, theirs, place, header), place)


def _telling(new: Sequence[str], theirs: Header, place: Place, header: Header) -> bool:
    """Whether the answer is one declaration of the region's own kind; a body may begin with an inner function."""
    return (
        new[theirs.first].split()[:1] == place.old[header.first].split()[:1]
        and len(new) > 1
        and not any(line.strip() and indent(line) <= indent(new[theirs.first]) for line in new[theirs.last + 1 :])
    )


def _redeclares(line: str, place: Place, header: Header) -> bool:
    name = declared(place.old[header.first], place.language)
    return bool(name) and declared(line, place.language) == name


def _header_code(lines: Sequence[str], header: Header, place: Place) -> tuple[str, ...]:
    text = [*lines[header.first : header.last], lines[header.last][: header.column]]
    words = code_tokens("\n".join(text), place.language)
    return tuple(word for at, word in enumerate(words) if not (word.startswith("\n") or _trailing_comma(words, at)))


def _trailing_comma(words: Sequence[str], at: int) -> bool:
    """Formatters add and remove it."""
    return words[at] == "," and at + 1 < len(words) and words[at + 1] == ")"


def _around(body: Sequence[str], place: Place, header: Header) -> Sequence[str]:
    """The body with what is there of the declaration."""
    base = indent(place.old[header.first])
    unit = style_of(place.whole, place.language).unit
    inner = replace(place, old=(base + unit + "pass",))
    new = indented(body, inner, inside_strings(body, place.language))
    above = [*place.old[: header.last], place.old[header.last][: header.column]]
    if named(place.language) == "python":
        return (*above, *_docstring(place, header), *new)
    last = next(line for line in reversed(place.old) if line.strip())
    return (*above, *new, base + "}" + last.rpartition("}")[2])


def _docstring(place: Place, header: Header) -> Sequence[str]:
    body = place.old[header.last + 1 :]
    first = next(iter(tokens("\n".join(body), place.language)), None)
    return body[: first.last + 1] if first is not None and first.kind == "string" else ()


def _with_docstring(new: Sequence[str], theirs: Header, place: Place, header: Header) -> Sequence[str]:
    """The answer with the old docstring, where it has dropped it. It goes in as the answer is indented."""
    doc = _docstring(place, header) if named(place.language) == "python" else ()
    body = new[theirs.last + 1 :]
    first = next(iter(tokens("\n".join(body), place.language)), None)
    if not doc or first is None or first.kind == "string":
        return new
    depth = indent(next(line for line in body if line.strip()))
    moved = indented(doc, replace(place, old=(depth + "pass",), before=tuple(new), after=()), [False] * len(doc))
    return [*new[: theirs.last + 1], *moved, *body]

"""Where a declaration's header ends and its body begins, by a rough look."""

from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.context.answer.declarations import declared, decorates
from inhouse.context.answer.languages import named
from inhouse.context.answer.lexing import tokens

_INDENTED = frozenset({"python"})


@dataclass(frozen=True, slots=True)
class Header:
    """`first` is the line of the declaration itself, behind its decorators; `last` and `column` are just behind the
    colon or bracket that opens its body."""

    first: int
    last: int
    column: int


def header_of(lines: Sequence[str], language: str) -> Header | None:
    """Of the declaration that the lines begin with; None if they begin with something else, or it has no body."""
    opener = ":" if named(language) in _INDENTED else "{"
    first: int | None = None
    depth = 0
    skipped = -1
    for token in tokens("\n".join(lines), language):
        if token.kind in {"comment", "string"} and first is None:
            continue
        if first is None:
            if token.line <= skipped or (depth == 0 and decorates(lines[token.line])):
                skipped = token.line if depth == 0 else skipped
                depth += (token.text in "([{") - (token.text in ")]}")
                continue
            if depth:
                depth += (token.text in "([{") - (token.text in ")]}")
                continue
            if declared(lines[token.line], language) is None:
                return None
            first = token.line
        if token.kind == "sign" and depth == 0 and token.text == opener:
            return Header(first, token.last, token.column + 1)
        depth += token.kind == "sign" and token.text in "([{"
        depth -= token.kind == "sign" and token.text in ")]}"
    return None

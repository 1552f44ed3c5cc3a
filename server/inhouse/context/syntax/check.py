"""What a grammar says about a piece of code: whether it can be read, and what it consists of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inhouse.context.syntax.grammars import Parsed, parse
from inhouse.context.syntax.languages import canonical

if TYPE_CHECKING:
    from tree_sitter import Node

_WHOLE = ("string", "char_literal", "heredoc", "regex")
"""Leaves for us, though grammars go on into them: their blanks count."""

_BARE, _MEMBER = ("", ""), ("class X {\n", "\n}")
_AROUND = {
    "javascript": (_BARE, _MEMBER),
    "typescript": (_BARE, _MEMBER),
    "tsx": (_BARE, _MEMBER),
    "php": (("<?php\n", ""), ("<?php class X {\n", "\n}"), _BARE),
}
"""What a part of a file may have to stand in to be read. Other grammars take a method anywhere."""


def errors(text: str, language: str) -> int | None:
    """How many places cannot be read as this language; None where there is no grammar to say so."""
    parsed = parse(text, language)
    return None if parsed is None else sum(1 for _ in _faults(parsed.root))


def code_tokens(text: str, language: str) -> tuple[str, ...] | None:
    """The code without its comments and docstrings; None where there is no grammar. The text may be a part of a file.

    The kinds of the nodes around the tokens are among them, because layout has a meaning too: two texts with the same
    tokens do the same. Where something cannot be read these say little, and are left out.
    """
    parsed = _parse_part(text, canonical(language))
    if parsed is None:
        return None
    marks = not parsed.root.has_error
    return tuple(token for token, is_mark in _tokens(parsed) if marks or not is_mark)


def _parse_part(text: str, language: str) -> Parsed | None:
    first: Parsed | None = None
    for before, behind in _AROUND.get(language, (("", ""),)):
        parsed = parse(f"{before}{text}{behind}", language)
        if parsed is None or not parsed.root.has_error:
            return parsed
        first = first or parsed
    return first


def _tokens(parsed: Parsed) -> Iterator[tuple[str, bool]]:
    """Each with whether it is a mark of where a node begins or ends."""
    waiting: list[Node | str] = [parsed.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node, True
        elif "comment" in node.type or _is_docstring(node):
            continue
        elif not node.child_count or any(word in node.type for word in _WHOLE):
            if node.end_byte > node.start_byte:
                yield parsed.text(node), False
        else:
            yield f"<{node.type}>", True
            waiting.append(f"</{node.type}>")
            waiting.extend(reversed(node.children))


def _is_docstring(node: Node) -> bool:
    if node.type != "expression_statement" or node.named_child_count != 1:
        return False
    parent = node.parent
    if parent is None or node.named_children[0].type != "string" or parent.type not in ("block", "module"):
        return False
    before = node.prev_named_sibling
    while before is not None and before.type == "comment":
        before = before.prev_named_sibling
    holder = parent.parent
    return before is None and (holder is None or holder.type in ("function_definition", "class_definition"))


def _faults(root: Node) -> Iterator[Node]:
    """What is wrong or missing, without what is wrong inside of it. No recursion: nesting may be deep."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            waiting.extend(node.children)

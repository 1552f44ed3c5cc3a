"""What a grammar says about a piece of code: whether it can be read, and what it consists of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inhouse.context.syntax.faults import faults
from inhouse.context.syntax.grammars import Parsed, parse

if TYPE_CHECKING:
    from tree_sitter import Node

_WHOLE = ("string", "char_literal", "heredoc", "regex")
"""Leaves for us, though grammars go on into them: their blanks count."""


def errors(text: str, language: str) -> int | None:
    """How many places cannot be read as this language; None where there is no grammar to say so."""
    parsed = parse(text, language)
    return None if parsed is None else sum(1 for _ in faults(parsed.root))


def code_tokens(text: str, language: str) -> tuple[str, ...] | None:
    """The code without its comments and docstrings; None where there is no grammar.

    The kinds of the nodes around the tokens are among them, because layout has a meaning too: two texts with the same
    tokens do the same.
    """
    parsed = parse(text, language)
    return None if parsed is None else tuple(_tokens(parsed))


def _tokens(parsed: Parsed) -> Iterator[str]:
    waiting: list[Node | str] = [parsed.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif "comment" in node.type or _is_docstring(node):
            continue
        elif not node.child_count or any(word in node.type for word in _WHOLE):
            if node.end_byte > node.start_byte:
                yield parsed.text(node)
        else:
            yield f"<{node.type}>"
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

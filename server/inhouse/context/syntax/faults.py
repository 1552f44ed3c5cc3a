"""The places of a syntax tree that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


def faults(node: Node) -> Iterator[Node]:
    """What is wrong or missing, without what is wrong inside of it."""
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from faults(child)

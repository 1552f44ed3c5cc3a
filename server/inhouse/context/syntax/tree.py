"""The blocks of a file by its grammar."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from inhouse.context.syntax.above import attributes_first, doc_above
from inhouse.context.syntax.blocks import Block, Kind, Outline
from inhouse.context.syntax.docstring import docstring_lines
from inhouse.context.syntax.emptiness import LONGEST, is_empty
from inhouse.context.syntax.grammars import Parsed, load, parse
from inhouse.context.syntax.imports import imports
from inhouse.context.syntax.languages import canonical
from inhouse.context.syntax.marks import read_shape
from inhouse.context.syntax.plain import blocks_at, with_parents
from inhouse.context.syntax.queries import BLOCKS

if TYPE_CHECKING:
    from tree_sitter import Node, Query

    from inhouse.context.syntax.bodies import Text

_KINDS: tuple[Kind, ...] = ("function", "class", "other")
_ENDLESS = ("ruby",)
"""Where a body may be missing because it is empty; elsewhere that is a declaration."""


def tree_outline(text: Text, language: str) -> Outline | None:
    """None where the grammar is not installed."""
    name = canonical(language)
    parsed = parse(text.whole, name) if name in BLOCKS else None
    if parsed is None:
        return None
    root = parsed.root
    reader = _Reader(text, parsed, name)
    blocks = [block for kind, node in _captured(root, name) if (block := reader.block(kind, node))]
    if root.has_error:
        blocks += _missed(text, {block.header for block in blocks}, name)
    found = imports(text, name, lambda line: _is_code(root, line))
    return Outline(with_parents(blocks), found, exact=not root.has_error)


def _captured(root: Node, language: str) -> Iterator[tuple[Kind, Node]]:
    from tree_sitter import QueryCursor

    found = QueryCursor(_query(language)).captures(root)
    for kind in _KINDS:
        for node in found.get(kind, ()):
            yield kind, node


@cache
def _query(language: str) -> Query:
    from tree_sitter import Query

    grammar = load(language)
    assert grammar is not None
    return Query(grammar, BLOCKS[language])


@dataclass(frozen=True, slots=True)
class _Reader:
    text: Text
    parsed: Parsed
    language: str

    def block(self, kind: Kind, node: Node) -> Block | None:
        body, name = _body(node), _name(node)
        if name is None or (body is None and self.language not in _ENDLESS):
            return None
        lines, start, last = self.text.lines, node.start_point.row, node.end_point.row
        header = max(start, name.start_point.row)
        header_last = _header_last(node, body, header)
        first = attributes_first(lines, start, self.language)
        doc = docstring_lines(self.text, header_last, last, self.language) or doc_above(lines, first, self.language)
        return Block(kind, self.parsed.text(name), first, header, header_last, last, self._does_nothing(body), doc)

    def _does_nothing(self, body: Node | None) -> bool:
        if body is None:
            return True
        if body.end_byte - body.start_byte > LONGEST:
            return False
        inside = self.parsed.text(body)
        return is_empty(inside[1:-1] if inside.startswith("{") else inside, self.language)


def _body(node: Node) -> Node | None:
    """Of a function that is a value, the value's; of a Go type, what it is."""
    held = node.child_by_field_name("value") or node
    body = held.child_by_field_name("body")
    return node.child_by_field_name("type") if body is None and node.type == "type_spec" else body


def _name(node: Node) -> Node | None:
    """In C and C++ the name is inside of its declarators; a Rust `impl` is named after its type."""
    field = "type" if node.type == "impl_item" else "name"
    found = node.child_by_field_name(field) or node.child_by_field_name("property")
    if found is not None:
        return found.child_by_field_name("type") or found
    inner = node.child_by_field_name("declarator")
    while inner is not None:
        found = inner
        inner = _inner_declarator(inner)
    return found


def _inner_declarator(node: Node) -> Node | None:
    """Pointers have it in a field, references and parentheses have not."""
    field = node.child_by_field_name("declarator") or node.child_by_field_name("name")
    if field is None and node.type in ("reference_declarator", "parenthesized_declarator"):
        return next((child for child in node.named_children if child.type.endswith(("declarator", "identifier"))), None)
    return field


def _header_last(node: Node, body: Node | None, header: int) -> int:
    """The line of the brace, or else of what comes before the body, comments left out."""
    if body is None:
        parameters = node.child_by_field_name("parameters")
        return parameters.end_point.row if parameters else header
    if body.child_count and body.child(0).type == "{":
        return body.start_point.row
    before = body.prev_sibling
    while before is not None and "comment" in before.type:
        before = before.prev_sibling
    return max(header, before.end_point.row) if before else header


def _is_code(root: Node, line: int) -> bool:
    node = root.descendant_for_point_range((line, 0), (line, 0))
    return node is None or not ("string" in node.type or "comment" in node.type)


def _missed(text: Text, known: Set[int], language: str) -> list[Block]:
    """What the look of the lines says in a file that has an error somewhere, as it does in the middle of typing."""
    shape = read_shape(text.whole, language)
    lines = (line for line in range(len(text.lines)) if line not in known and line not in shape.within)
    return blocks_at(replace(text, closing=shape.closing), lines, language)

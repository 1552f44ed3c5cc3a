"""The grammars that are installed (the extra `inhouse[syntax]`), each loaded when it is first wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from inhouse.context.syntax.languages import canonical

if TYPE_CHECKING:
    from tree_sitter import Language, Node

LONGEST = 2_000_000
"""Characters; a longer text is generated, and would take seconds."""

_PIECE = 4096
"""Bytes read at once. In between other threads may run, which wait for the whole of a text that is given at once."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Offsets in the nodes are of bytes."""

    root: Node
    data: bytes

    def text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


def parse(text: str, language: str) -> Parsed | None:
    """None where the grammar is not installed or the text is too long. Takes about 6 ms for 1000 lines."""
    grammar = load(canonical(language)) if len(text) <= LONGEST else None
    if grammar is None:
        return None
    from tree_sitter import Parser

    data = text.encode("utf-8", "replace")
    tree = Parser(grammar).parse(lambda start, _: data[start : start + _PIECE])
    return Parsed(tree.root_node, data)


@cache
def load(language: str) -> Language | None:
    try:
        from tree_sitter import Language

        pointer = _pointer(language)
        return None if pointer is None else Language(pointer)
    except (ImportError, ValueError):  # ValueError: a grammar that this tree-sitter cannot read
        return None


def _pointer(language: str) -> object | None:  # noqa: C901, PLR0912 - one import for each language
    match language:
        case "python":
            import tree_sitter_python

            return tree_sitter_python.language()
        case "javascript":
            import tree_sitter_javascript

            return tree_sitter_javascript.language()
        case "typescript":
            import tree_sitter_typescript

            return tree_sitter_typescript.language_typescript()
        case "tsx":
            import tree_sitter_typescript

            return tree_sitter_typescript.language_tsx()
        case "go":
            import tree_sitter_go

            return tree_sitter_go.language()
        case "rust":
            import tree_sitter_rust

            return tree_sitter_rust.language()
        case "java":
            import tree_sitter_java

            return tree_sitter_java.language()
        case "c":
            import tree_sitter_c

            return tree_sitter_c.language()
        case "cpp":
            import tree_sitter_cpp

            return tree_sitter_cpp.language()
        case "csharp":
            import tree_sitter_c_sharp

            return tree_sitter_c_sharp.language()
        case "ruby":
            import tree_sitter_ruby

            return tree_sitter_ruby.language()
        case "php":
            import tree_sitter_php

            return tree_sitter_php.language_php()
        case "bash":
            import tree_sitter_bash

            return tree_sitter_bash.language()
        case _:
            return None

"""The grammars that are installed (the extra `inhouse[syntax]`), each loaded when it is first wanted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from inhouse.context.syntax.languages import canonical

if TYPE_CHECKING:
    from tree_sitter import Language, Tree

LONGEST = 2_000_000
"""Characters; a longer text is generated, and would take seconds."""


def parse(text: str, language: str) -> Tree | None:
    """None where the grammar is not installed or the text is too long. Takes about 4 ms for 1000 lines."""
    grammar = load(canonical(language)) if len(text) <= LONGEST else None
    if grammar is None:
        return None
    from tree_sitter import Parser

    return Parser(grammar).parse(text.encode("utf-8", "replace"))


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

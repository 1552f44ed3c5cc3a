"""Source files of tests."""

from inhouse.domain.code import Position, SourceFile, Span
from inhouse.lsp.documents import split_lines


def source(text: str, *, name: str = "shop.py", language: str = "python") -> SourceFile:
    return SourceFile(f"file:///work/{name}", name, language, split_lines(text))


def span(first: int, before: int, last: int, after: int) -> Span:
    return Span(Position(first, before), Position(last, after))


def cursor(line: int, character: int = 0) -> Span:
    return span(line, character, line, character)

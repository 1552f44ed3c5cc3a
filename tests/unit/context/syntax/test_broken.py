"""Code in the middle of typing, and text that is no code at all, is taken as it comes."""

import sys
from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.syntax import grammars
from inhouse.context.syntax.blocks import Outline
from inhouse.context.syntax.check import code_tokens, errors
from inhouse.context.syntax.near import block_near
from inhouse.context.syntax.outline import outline
from inhouse.context.syntax.plain import plain_outline, plain_text
from tests.unit.context.syntax.samples import SAMPLES, source

LANGUAGES = [sample.language for sample in SAMPLES]
PIECES = [
    *("def f(a):\n", "class A {\n", "  int get(int a)\n", "func f() ", "fn f() ", "=> ", "const f = ", "end\n", "pass"),
    *(
        "impl<T> A for B ",
        "import a\n",
        "import (\n",
        "<?php\n",
        "@x(\n",
        "#[x]\n",
        "{",
        "}",
        "(",
        ")",
        "\n",
        "  ",
        "\t",
    ),
    *('"""', "'", '"', "`", "/*", "*/", "//", "#", 'r#"', "\r", "\r\n", "\u2028", "\ud800", "é", "x", ";", "$(", "${"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@pytest.fixture
def no_grammars(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As for a user who has installed no `inhouse[syntax]`."""
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    grammars.load.cache_clear()
    yield
    grammars.load.cache_clear()


def check(found: Outline, lines: int) -> None:
    for at, block in enumerate(found.blocks):
        assert 0 <= block.first <= block.header <= block.header_last <= block.last < lines
        assert block.parent is None or (
            block.parent < at and found.blocks[block.parent].covers(block.first, block.last)
        )
    assert all(0 <= first <= last < lines for first, last in found.imports)
    assert list(found.imports) == sorted(found.imports)


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_whatever_is_typed_has_an_outline_that_holds(text: str, language: str) -> None:
    file = source(text, language)
    check(outline(file), len(file.lines))
    check(plain_outline(plain_text(file.lines), language), len(file.lines))
    for line in range(len(file.lines)):
        near = block_near(file, line)
        assert near is None or near.covers(line, line)


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_whatever_is_typed_can_be_checked(text: str, language: str) -> None:
    assert errors(text, language) is not None
    assert code_tokens(text, language) is not None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "def a():\n    return 1\n\ndef b():\n    x = foo(\n\ndef c():\n    pass\n"),
        ("typescript", "function a() {\n  return 1;\n}\n\nfunction b() {\n  if (x {\n}\n\nfunction c() {\n}\n"),
        ("go", "func a() {\n}\n\nfunc b() {\n\tx := [\n}\n\nfunc c() {\n}\n"),
        ("java", "class A {\n  void a() { }\n\n  void b() {\n    x = \n  }\n\n  void c() {\n  }\n"),
    ],
)
def test_the_functions_around_an_error_are_still_there(language: str, text: str) -> None:
    found = outline(source(text, language))
    assert {"a", "b", "c"} <= {block.name for block in found.blocks}
    assert not found.exact


@pytest.mark.usefixtures("no_grammars")
def test_without_grammars_the_look_of_the_lines_has_to_do() -> None:
    found = outline(source("def f():\n    pass\n", "python"))
    assert [block.name for block in found.blocks] == ["f"]
    assert not found.exact
    assert errors("def f(", "python") is None
    assert code_tokens("x", "python") is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("c", "void f(int a) {\n" * 10_000),
        ("rust", 'r#"' * 100_000),
        ("python", "@x(\n" * 10_000),
        ("python", "import (\n" * 10_000),
        ("java", "*/\nint f(int a) {}\n" * 10_000),
        ("cpp", "a" * 3_000_000),
        ("javascript", "(" * 100_000),
        ("typescript", "const f = (\n" * 5_000),
    ],
)
def test_no_text_takes_for_ever(language: str, text: str) -> None:
    """Measured as the processor's time, since others may need the machine."""
    file = source(text, language)
    began = process_time()
    plain_outline(plain_text(file.lines), language)
    block_near(file, len(file.lines) // 2)
    assert process_time() - began < 5

"""A model is shown what is worth most, within its room, and in an order that stays the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.code.build import code_context
from inhouse.context.code.sections import CodeContext, SectionKind
from inhouse.context.estimate import estimate_tokens
from inhouse.context.syntax.outline import outline
from inhouse.domain.code import Position, SourceFile, Span
from inhouse.domain.errors import ErrorKind, InhouseError

HEAD = """\
import os
from typing import Any

LIMIT = 3

class Store(Base):
    '''Keeps things.'''

    name: str = ""

"""
METHOD = """\
    def method_{0}(self, key: str) -> int:
        # step {0}
        first = key
        second = first
        return len(second)

"""
FILE = HEAD + "".join(METHOD.format(number) for number in range(40)) + "def helper(a):\n    return a\n"
OTHER = SourceFile(
    "file:///other.py", "src/other.py", "python", ["def other(x):\n", *["    x += 1\n"] * 300, "    return x"]
)


def file(text: str = FILE, language: str = "python") -> SourceFile:
    return SourceFile("file:///store.py", "src/store.py", language, [*text.splitlines(keepends=True), ""])


OUTLINE = outline(file())


def built(span: Span, room: int, *others: SourceFile, source: SourceFile | None = None) -> CodeContext:
    if source is None:
        return code_context(file(), span, OUTLINE, room, estimate_tokens, others)
    return code_context(source, span, outline(source), room, estimate_tokens, others)


def line_of(text: str) -> int:
    return FILE[: FILE.index(text)].count("\n")


def lines(first: int, last: int) -> Span:
    return Span(Position(first, 0), Position(last + 1, 0))


def kinds(found: CodeContext) -> list[str]:
    return [section.kind.value for section in found.sections]


def text(found: CodeContext, kind: SectionKind) -> str:
    return "".join(section.text for section in found.sections if section.kind is kind)


STEP = line_of("# step 20")


def test_a_small_file_is_shown_whole() -> None:
    found = built(lines(STEP, STEP), 100_000)
    shown = "\n".join(text(found, kind) for kind in (SectionKind.BEFORE, SectionKind.SELECTED, SectionKind.AFTER))
    assert kinds(found) == ["file", "before", "selected", "after"]
    assert "".join(shown.split()) == "".join(FILE.split())
    assert found.left_out == ()


def test_the_enclosing_function_comes_first() -> None:
    found = built(lines(STEP, STEP), 120)
    assert text(found, SectionKind.SELECTED) == "        # step 20"
    assert text(found, SectionKind.BEFORE).endswith("    def method_20(self, key: str) -> int:\n")
    assert "return len(second)" in text(found, SectionKind.AFTER)


def test_then_the_imports_and_what_stands_beside_it() -> None:
    found = built(lines(STEP, STEP), 400)
    assert kinds(found)[:3] == ["file", "imports", "outline"]
    assert text(found, SectionKind.IMPORTS) == "import os\nfrom typing import Any"
    headers = text(found, SectionKind.OUTLINE).split("\n")
    assert headers[0] == "class Store(Base):"
    assert headers[1:] == [f"    def method_{number}(self, key: str) -> int:" for number in (15, 24, 25)]
    assert headers == sorted(headers, key=FILE.index)
    assert found.left_out == ("outline",)


def test_nothing_is_shown_twice() -> None:
    found = built(lines(STEP, STEP), 1500)
    names = [f"method_{number}(" for number in range(40)]
    assert [found.render().count(name) for name in names] == [1] * 40


def test_the_beginning_stays_the_same_while_the_place_moves() -> None:
    """Or no server could use what it has cached of the prompt before."""
    one, other = (built(lines(line, line), 600).render() for line in (STEP, STEP + 1))
    start = one.index("Code before:") + 40
    assert one[:start] == other[:start]


def test_other_files_fill_what_is_left() -> None:
    found = built(lines(0, 0), 4000, OTHER, source=file("a = 1\n"))
    assert kinds(found) == ["file", "other", "selected"]
    assert "x += 1" in text(found, SectionKind.OTHER)


def test_of_a_large_other_file_the_headers_are_shown() -> None:
    found = built(lines(0, 0), 100, OTHER, source=file("a = 1\n"))
    assert text(found, SectionKind.OTHER) == "def other(x):"


def test_what_has_no_room_is_named() -> None:
    assert built(lines(0, 0), 30, OTHER, source=file("a = 1\n")).left_out == ("src/other.py",)


def test_a_part_of_a_line_is_shown_with_what_stands_around_it() -> None:
    found = built(Span(Position(0, 4), Position(0, 5)), 1000, source=file("a = b + c\n"))
    shown = [text(found, kind) for kind in (SectionKind.BEFORE, SectionKind.SELECTED, SectionKind.AFTER)]
    assert shown == ["a = ", "b", " + c"]


def test_a_cursor_selects_nothing() -> None:
    found = built(Span(Position(1, 4), Position(1, 4)), 1000, source=file("def f():\n    \n    return 1\n"))
    assert kinds(found) == ["file", "before", "after"]
    assert text(found, SectionKind.BEFORE) == "def f():\n    "


def test_line_ends_and_a_byte_order_mark_cost_nothing() -> None:
    found = built(lines(0, 0), 1000, source=file("\ufeffa = 1\r\nb = 2\r\n"))
    assert "\r" not in found.render()
    assert "\ufeff" not in found.render()


def test_a_selection_without_room_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InhouseError) as caught:
        built(lines(0, 200), 100)
    assert caught.value.kind is ErrorKind.CONTEXT_OVERFLOW


@given(st.integers(0, 230), st.integers(0, 30), st.integers(20, 3000), st.booleans())
def test_never_more_than_the_room(first: int, more: int, room: int, other: bool) -> None:
    try:
        found = built(lines(first, first + more), room, *([OTHER] if other else []))
    except InhouseError:
        return
    assert estimate_tokens(found.render()) == found.tokens <= room

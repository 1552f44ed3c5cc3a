"""A long file is reviewed in parts: each line once, functions whole where they fit."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.review.parts import cut_in_parts
from inhouse.context.syntax.blocks import Block, Outline
from inhouse.context.syntax.outline import outline
from inhouse.domain.code import SourceFile

FUNCTION = ("def f():\n", "    a()\n", "    b()\n", "\n")


def of(text: str) -> Outline:
    return outline(SourceFile("file:///a.py", "a.py", "python", [*text.splitlines(keepends=True), ""]))


def test_a_file_that_fits_is_one_part() -> None:
    assert cut_in_parts(of("".join(FUNCTION * 3)), [1] * 12, 12) == ((0, 11),)


def test_functions_stay_whole() -> None:
    assert cut_in_parts(of("".join(FUNCTION * 3)), [1] * 12, 9) == ((0, 7), (8, 11))


def test_a_class_is_cut_between_its_methods_only_where_it_must_be() -> None:
    method = "".join(f"    {line}" if line.strip() else line for line in FUNCTION)
    text = "".join(["class A:\n", method, method, "class B:\n", method])
    assert cut_in_parts(of(text), [1] * 14, 10) == ((0, 8), (9, 13))
    assert cut_in_parts(of(text), [1] * 14, 6) == ((0, 4), (5, 8), (9, 13))


def test_a_line_that_is_too_long_stands_alone() -> None:
    assert cut_in_parts(Outline(), [1, 50, 1], 10) == ((0, 0), (1, 1), (2, 2))


def test_from_a_line_on() -> None:
    assert cut_in_parts(Outline(), [5, 5, 5], 5, 1) == ((1, 1), (2, 2))


BLOCKS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), max_size=8).map(
    lambda found: Outline(
        tuple(Block("function", "f", first, first, first, first + more) for first, more in sorted(found))
    )
)


@given(BLOCKS, st.lists(st.integers(0, 20), max_size=40), st.integers(0, 60))
def test_every_line_is_in_exactly_one_part_that_fits(outline: Outline, sizes: list[int], room: int) -> None:
    found = cut_in_parts(outline, sizes, room)
    assert [line for first, last in found for line in range(first, last + 1)] == list(range(len(sizes)))
    assert all(first == last or sum(sizes[first : last + 1]) <= room for first, last in found)

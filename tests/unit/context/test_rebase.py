"""An edit of a text that has moved on: it lands on the same lines, or nowhere."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.prompts.piece import edited
from inhouse.context.rebase import rebase
from inhouse.domain.code import Position, Span, TextEdit

OLD = ["a\n", "b\n", "c\n", "d\n", "e\n", ""]


def edit(first: int, before: int, last: int, after: int, text: str = "X\n") -> TextEdit:
    return TextEdit(Span(Position(first, before), Position(last, after)), text)


def test_moves_with_its_lines() -> None:
    assert rebase([edit(2, 0, 3, 0)], OLD, ["new\n", *OLD]) == (edit(3, 0, 4, 0),)
    assert rebase([edit(2, 0, 3, 0)], OLD, OLD[1:]) == (edit(1, 0, 2, 0),)


def test_is_between_two_changes() -> None:
    new = ["A\n", "and more\n", "b\n", "c\n", "d\n", ""]
    assert rebase([edit(1, 0, 3, 0)], OLD, new) == (edit(2, 0, 4, 0),)


def test_is_given_up_where_its_lines_have_changed() -> None:
    assert rebase([edit(1, 0, 3, 0)], OLD, ["a\n", "b\n", "C\n", "d\n", "e\n", ""]) is None
    assert rebase([edit(1, 0, 1, 1)], OLD, ["a\n", "bb\n", *OLD[2:]]) is None


def test_is_given_up_where_something_has_come_between_its_lines() -> None:
    assert rebase([edit(1, 0, 3, 0)], OLD, ["a\n", "b\n", "new\n", "c\n", "d\n", "e\n", ""]) is None


def test_the_line_behind_it_may_change() -> None:
    new = ["a\n", "b\n", "cc\n", *OLD[3:]]
    assert rebase([edit(1, 0, 2, 0)], OLD, new) == (edit(1, 0, 2, 0),)


def test_all_or_none() -> None:
    new = ["a\n", "B\n", *OLD[2:]]
    assert rebase([edit(1, 0, 2, 0), edit(3, 0, 4, 0)], OLD, new) is None


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n"]), max_size=8)


@given(LINES, LINES, LINES, LINES, LINES)
def test_never_touches_what_was_typed(
    above: list[str], mine: list[str], below: list[str], up: list[str], down: list[str]
) -> None:
    mine = [*mine, "mine\n"]
    old = [*above, *mine, *below, ""]
    new = [*up, *above, *mine, *below, *down, ""]
    at, height = len(above), len(mine)
    moved = rebase([edit(at, 0, at + height, 0, "NEW\n")], old, new)
    if moved is not None:
        whole = Span(Position(0, 0), Position(len(new) - 1, 0))
        text = edited(new, whole, moved)
        assert text == "".join([*up, *above, "NEW\n", *below, *down])

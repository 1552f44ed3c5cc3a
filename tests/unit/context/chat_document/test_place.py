"""Where a place has gone when the document was changed around it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.chat_document.place import moved
from inhouse.domain.code import Position
from inhouse.lsp.documents import split_lines

LINES = st.lists(st.sampled_from(["", "a", "b", "## You", "```", "some words"]), max_size=6)
QUESTION = "What is the question?"


def check(old: str, new: str, expected: str) -> None:
    """The place is at the bar in `old`."""
    before, _, behind = old.partition("|")
    lines = split_lines(before)
    place = moved(split_lines(before + behind), split_lines(new), Position(len(lines) - 1, len(lines[-1])))
    found = split_lines(new)
    found[place.line] = found[place.line][: place.character] + "|" + found[place.line][place.character :]
    assert "".join(found) == expected


@given(LINES, LINES, LINES, LINES)
def test_follows_its_line_when_others_come_and_go(
    above: list[str], below: list[str], new_above: list[str], new_below: list[str]
) -> None:
    old, new = [*above, QUESTION, *below], [*new_above, QUESTION, *new_below]
    assert moved(old, new, Position(len(above), 21)) == Position(len(new_above), 21)


def test_stays_before_what_is_typed_at_it() -> None:
    check("a\nwhy|\n", "a\nwhy not\nb\n", "a\nwhy| not\nb\n")
    check("why|", "why\nmore", "why|\nmore")


def test_goes_to_the_end_of_a_line_that_was_changed_before_it() -> None:
    check("a\nwhy is it|\n", "x\na\nwhy was it?\nb\n", "x\na\nwhy was it?|\nb\n")


def test_goes_up_when_its_line_is_gone() -> None:
    check("a\nwhy|\nb", "a\nb", "a|\nb")
    check("why|", "", "|")


@given(LINES, LINES, st.data())
def test_is_always_inside_the_new_document(old: list[str], new: list[str], data: st.DataObject) -> None:
    old, new = [*old, ""], [*new, ""]
    line = data.draw(st.integers(0, len(old) - 1))
    place = moved(old, new, Position(line, len(old[line])))
    assert place.line < len(new)
    assert place.character <= len(new[place.line])


def test_long_document_costs_little() -> None:
    old = [f"line {number}\n" for number in range(20_000)]
    began = time.perf_counter()
    assert moved(old, ["x\n", *old, "y\n"], Position(10_000, 3)) == Position(10_001, 3)
    assert time.perf_counter() - began < 1

"""What models really answer becomes the right edit of exactly the asked place, or is refused for the right reason."""

import pytest

from inhouse.context.answer.read import read_answer
from inhouse.context.answer.region import SyntaxCheck, Unreadable
from inhouse.context.syntax import check as grammar
from inhouse.domain.code import Position, Span
from tests.unit.context.answer.corpus import Case, cases
from tests.unit.context.answer.editing import applied, between

LEAST = 170


@pytest.mark.parametrize("case", [each for each in cases() if not each.grammar], ids=lambda case: case.name)
def test_an_answer_becomes_the_right_edit_or_is_refused(case: Case) -> None:
    check(case, None)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_grammar_comes_to_the_same_and_sees_more(case: Case) -> None:
    check(case, grammar)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(cases()) >= LEAST
    assert len({case.name for case in cases()}) == len(cases())


def check(case: Case, syntax: SyntaxCheck | None) -> None:
    found = read_answer(case.answer, case.region, cut=case.cut, syntax=syntax)
    if case.result is None:
        assert isinstance(found, Unreadable), applied(case.region.file, found)
        assert case.refused in found.reason
        return
    assert not isinstance(found, Unreadable), found.reason
    before, after = outside(case)
    assert applied(case.region.file, found) == before + case.result + after
    assert all(between(case.region.file, edit.span) != edit.text for edit in found)
    assert case.edits is None or len(found) == case.edits


def outside(case: Case) -> tuple[str, str]:
    """The file's text before the region and behind it."""
    file, span = case.region.file, case.region.span
    end = Position(len(file.lines) - 1, len(file.lines[-1]))
    return between(file, Span(Position(0, 0), span.start)), between(file, Span(span.end, end))

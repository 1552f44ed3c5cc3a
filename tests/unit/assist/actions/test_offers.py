"""What an editor's menu shows for a place, and that the light bulb stays dark where nothing is wrong."""

import pytest

from inhouse.assist.actions.offers import Here, Offer, Wish, is_below, offers
from inhouse.context.syntax.near import block_near
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic, Severity, SourceFile, Span
from tests.unit.assist.actions.code import cursor, source, span

CODE = '''import os

def price(item):
    total = item.price
    return total

def later(item):
    pass

def told(item):
    """Says it."""
    return item

value = 1
'''
INVOKED, AUTOMATIC = Wish(), Wish(automatic=True)
WRONG = Diagnostic(span(3, 4, 3, 9), "`total` is\nundefined", Severity.ERROR)


def here(where: Span, *diagnostics: Diagnostic, file: SourceFile | None = None, testable: bool = True) -> Here:
    found = file or source(CODE)
    return Here(found, where, diagnostics, block_near(found, where.start.line), testable)


def kinds(found: tuple[Offer, ...]) -> list[ActionKind]:
    return [offer.kind for offer in found]


def about_code(found: tuple[Offer, ...]) -> list[ActionKind]:
    """Without the review of the file, which every menu ends with."""
    *others, last = kinds(found)
    assert last is ActionKind.REVIEW
    return others


class TestLightBulb:
    def test_shows_a_fix_for_an_error_or_a_warning_under_the_cursor(self) -> None:
        (offer,) = offers(here(cursor(3, 5), WRONG), AUTOMATIC)
        assert (offer.kind, offer.diagnostic) == (ActionKind.FIX, WRONG)
        assert offer.title == "Inhouse: fix “`total` is undefined”"
        warning = Diagnostic(WRONG.span, "hm", Severity.WARNING)
        assert kinds(offers(here(cursor(3, 5), warning), AUTOMATIC)) == [ActionKind.FIX]

    @pytest.mark.parametrize("severity", [Severity.HINT, Severity.INFORMATION])
    def test_is_dark_for_less(self, severity: Severity) -> None:
        assert offers(here(cursor(3, 5), Diagnostic(WRONG.span, "hm", severity)), AUTOMATIC) == ()

    def test_is_dark_beside_the_diagnostic(self) -> None:
        assert offers(here(cursor(3, 12), WRONG), AUTOMATIC) == ()

    def test_is_dark_in_a_file_without_diagnostics(self) -> None:
        assert offers(here(cursor(7)), AUTOMATIC) == ()
        assert offers(here(span(2, 0, 5, 0)), AUTOMATIC) == ()


class TestMenu:
    def test_of_a_function(self) -> None:
        found = offers(here(cursor(3)), INVOKED)
        assert about_code(found) == [ActionKind.DOCUMENT, ActionKind.TESTS, ActionKind.EXPLAIN]
        assert found[0].title == "Inhouse: document `price`"
        assert {offer.span for offer in found[:-1]} == {span(2, 0, 5, 0)}

    def test_of_an_empty_function_is_to_complete_it(self) -> None:
        assert about_code(offers(here(cursor(7)), INVOKED)) == [
            ActionKind.COMPLETE,
            ActionKind.DOCUMENT,
            ActionKind.EXPLAIN,
        ]

    def test_of_a_documented_function_does_not_document_it(self) -> None:
        assert about_code(offers(here(cursor(11)), INVOKED)) == [ActionKind.TESTS, ActionKind.EXPLAIN]

    def test_of_a_bare_line_is_to_review_the_file(self) -> None:
        (offer,) = offers(here(cursor(13)), INVOKED)
        assert (offer.kind, offer.span) == (ActionKind.REVIEW, span(0, 0, 14, 0))

    def test_of_an_empty_file_is_empty(self) -> None:
        assert offers(here(cursor(0), file=source("\n")), INVOKED) == ()

    def test_of_a_selection_may_be_rewritten(self) -> None:
        found = offers(here(span(3, 4, 4, 16)), INVOKED)
        assert found[0].title == "Inhouse: rewrite the selection"
        assert found[0].span == span(3, 0, 5, 0)
        assert about_code(found) == [ActionKind.REWRITE, ActionKind.DOCUMENT, ActionKind.TESTS, ActionKind.EXPLAIN]

    def test_of_part_of_a_line_stays_in_it(self) -> None:
        assert offers(here(span(3, 12, 3, 22)), INVOKED)[0].span == span(3, 12, 3, 22)

    def test_takes_an_instruction_that_stands_in_the_code(self) -> None:
        file = source(CODE.replace("    total", "    # inhouse: round it\n    total"))
        found = offers(here(cursor(4), file=file), INVOKED)
        assert found[0].title == "Inhouse: rewrite `price` as its comment says"

    def test_of_a_to_do_is_to_complete_it(self) -> None:
        file = source(CODE.replace("    total", "    # TODO: round it\n    total"))
        assert ActionKind.COMPLETE in kinds(offers(here(cursor(4), file=file), INVOKED))

    def test_has_no_tests_where_it_is_not_known_where_they_go(self) -> None:
        assert ActionKind.TESTS not in kinds(offers(here(cursor(3), testable=False), INVOKED))

    def test_begins_with_what_is_wrong(self) -> None:
        found = kinds(offers(here(cursor(3, 5), WRONG), INVOKED))
        assert found[:2] == [ActionKind.FIX, ActionKind.EXPLAIN_DIAGNOSTIC]

    def test_of_many_diagnostics_is_short(self) -> None:
        many = [Diagnostic(WRONG.span, f"wrong {number}") for number in range(30)]
        assert about_code(offers(here(cursor(3, 5), *many), INVOKED)).count(ActionKind.FIX) == 5


class TestWish:
    @pytest.mark.parametrize(
        ("only", "expected"),
        [
            ("refactor.inhouse.document", [ActionKind.DOCUMENT]),
            ("refactor.inhouse", [ActionKind.DOCUMENT, ActionKind.TESTS, ActionKind.EXPLAIN]),
            ("refactor", [ActionKind.DOCUMENT, ActionKind.TESTS, ActionKind.EXPLAIN]),
            ("refactor.extract", []),
            ("source.fixAll", []),
            ("quickfix", []),
            ("refactor.inhouse.doc", []),
        ],
    )
    @pytest.mark.parametrize("automatic", [True, False])
    def test_only_what_was_asked_for(self, only: str, expected: list[ActionKind], automatic: bool) -> None:
        wish = Wish(only=(only,), automatic=automatic)
        assert kinds(offers(here(cursor(3)), wish)) == expected

    def test_nothing_that_is_switched_off(self) -> None:
        wish = Wish(disabled=("refactor.inhouse.tests", "quickfix"))
        found = about_code(offers(here(cursor(3, 5), WRONG), wish))
        assert found == [ActionKind.DOCUMENT, ActionKind.EXPLAIN]

    def test_the_empty_kind_is_above_all(self) -> None:
        assert all(is_below(kind, ("",)) for kind in ActionKind)

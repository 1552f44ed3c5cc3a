"""A review is quiet: unsure findings, repetitions and the least of too many are left out and counted."""

from dataclasses import replace

from inhouse.context.review.sift import sift
from inhouse.domain.findings import Category, Dropped, Finding, FindingSeverity

ERROR, WARNING, INFO = FindingSeverity
A = Finding("file:///a", 3, 3, WARNING, Category.BUG, "Fails", "Because.", 0.8, "f1")


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    found = [replace(A, first=at, last=at, severity=level) for at, level in enumerate((INFO, WARNING, ERROR, WARNING))]
    sifted = sift(found, 0, 0.5, 3)
    assert [each.first for each in sifted.findings] == [2, 1, 3]
    assert sifted.dropped == Dropped(over_limit=1)


def test_unsure_ones_and_ones_that_point_elsewhere_are_counted() -> None:
    assert sift([A, replace(A, first=9, confidence=0.4)], 2, 0.5, 10) == sift([A], 0, 0.5, 10).__class__(
        (A,), Dropped(out_of_diff=2, low_confidence=1)
    )


def test_what_is_said_twice_is_shown_once_as_the_worst() -> None:
    worse = replace(A, title="Fails badly", severity=ERROR)
    again = replace(A, first=2, last=5, title="FAILS badly")
    sifted = sift([A, worse, again], 0, 0.5, 10)
    assert sifted.findings == (worse,)
    assert sifted.dropped.duplicate == 2


def test_another_file_category_or_place_is_another_finding() -> None:
    others = [replace(A, uri="file:///b"), replace(A, category=Category.SECURITY), replace(A, first=4, last=4)]
    assert len(sift([A, *others], 0, 0.5, 10).findings) == 4

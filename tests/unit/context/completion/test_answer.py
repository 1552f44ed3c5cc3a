"""What is suggested of a model's answer: the table in tests/data/completion."""

import pytest

from tests.unit.context.completion import cases

CASES = cases.read()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_suggestion_is_what_the_table_says(case: cases.Case) -> None:
    assert cases.suggested(case) == case.expected


def test_table_has_every_case_once() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) >= 80

"""A grammar tells whether code can be read, and what of it is code."""

import pytest

from inhouse.context.syntax.check import code_tokens, errors
from tests.unit.context.syntax.samples import SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_what_is_right_has_no_errors(sample: Sample) -> None:
    assert errors(sample.text, sample.language) == 0


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_what_is_cut_off_has_errors(sample: Sample) -> None:
    cut = sample.text[: sample.text.rindex("{")] if "{" in sample.text else sample.text + "def f(:\n"
    assert errors(cut + "((", sample.language)


def same(old: str, new: str, language: str) -> bool:
    return code_tokens(old, language) == code_tokens(new, language)


PYTHON = "def f(a):\n    if a:\n        b = ' x'\n    return b\n"


def test_comments_and_docstrings_are_no_code() -> None:
    documented = PYTHON.replace("(a):\n", '(a):\n    """Says."""\n\n    # why\n')
    assert same(PYTHON, documented, "python")


@pytest.mark.parametrize(("old", "new"), [("' x'", "'  x'"), ("    return", "        return"), ("f(a)", "f(a, b)")])
def test_every_change_of_the_code_is_seen(old: str, new: str) -> None:
    """Also one of indentation alone, and of blanks in a string."""
    assert not same(PYTHON, PYTHON.replace(old, new), "python")


def test_a_language_without_a_grammar_says_nothing() -> None:
    assert errors("a: b", "yaml") is None
    assert code_tokens("a: b", "yaml") is None

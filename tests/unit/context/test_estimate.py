"""An estimate stands in where no tokenizer can be asked: never nothing for something, and more text is never less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.estimate import estimate_tokens

TEXT = st.text(st.characters(), max_size=200)
"""Lone surrogates included: a file name or an editor may hold them."""


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("", 0, 0),
        (" ", 1, 1),
        ("a", 1, 2),
        ("hello world", 2, 4),
        ("def add(a, b):\n    return a + b\n", 10, 24),
        ("1234567890", 8, 16),
        ("これは日本語です", 8, 24),
        ("\ud83d", 1, 4),
        ("-" * 800, 80, 120),
        ("=" * 79 + "\n", 8, 20),
        ("a.b.c.d.e.f.g.h.i.j", 10, 20),
    ],
)
def test_samples(text: str, at_least: int, at_most: int) -> None:
    assert at_least <= estimate_tokens(text) <= at_most


@given(TEXT, TEXT)
def test_two_texts_together_cost_what_they_cost_apart(first: str, second: str) -> None:
    """Within the rounding of each."""
    apart = estimate_tokens(first) + estimate_tokens(second)
    together = estimate_tokens(first + second)
    assert abs(together - apart) <= 2
    assert together >= max(estimate_tokens(first), estimate_tokens(second))


def test_a_long_text_costs_what_its_pieces_cost() -> None:
    line = "return self.total - 17  # ok\n"
    assert abs(estimate_tokens(line * 20_000) - 20_000 * estimate_tokens(line * 100) / 100) < 20_000

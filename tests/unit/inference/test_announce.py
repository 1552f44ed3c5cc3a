"""A model's context length is the one fact that clients plan with: whose word it is, and the two numbers made of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.config.schema import ModelOverride, Tokens
from inhouse.domain.models import Capabilities, ContextSource, ModelId, TokenLimits
from inhouse.inference.announce import announce, token_limits

ID = ModelId("lab", "m")


@given(
    context=st.integers(1, 10_000_000),
    input_ratio=st.floats(0, 1, exclude_min=True),
    share=st.floats(0, 1, exclude_min=True),
    minimum=st.integers(1, 100_000),
)
def test_the_formulas(context: int, input_ratio: float, share: float, minimum: int) -> None:
    """Interface §4.3; the ratios sum to at most 1."""
    output_ratio = (1 - input_ratio) * share
    found = token_limits(context, Tokens(input_ratio=input_ratio, output_ratio=output_ratio, minimum_output=minimum))
    assert found.max_output == min(context - 1, max(minimum, math.floor(context * output_ratio)))
    assert found.max_input == min(math.floor(context * input_ratio), context - found.max_output)
    assert found.max_input >= 0
    assert 0 <= found.max_output < context
    assert found.max_input + found.max_output <= context


@pytest.mark.parametrize(
    ("context", "limits"),
    [
        (1, TokenLimits(0, 0)),
        (2, TokenLimits(1, 1)),
        (50, TokenLimits(1, 49)),
        (150, TokenLimits(50, 100)),
        (400, TokenLimits(300, 100)),
        (4096, TokenLimits(3072, 1024)),
        (131_072, TokenLimits(98_304, 32_768)),
    ],
)
def test_the_defaults(context: int, limits: TokenLimits) -> None:
    assert token_limits(context, Tokens()) == limits


@pytest.mark.parametrize(
    ("server", "settings", "expected"),
    [
        (8192, None, (8192, ContextSource.SERVER)),
        (8192, 1024, (1024, ContextSource.CONFIG)),
        (None, 1024, (1024, ContextSource.CONFIG)),
        (None, None, (4096, ContextSource.ASSUMED)),
    ],
)
def test_whose_word_counts(server: int | None, settings: int | None, expected: tuple[int, ContextSource]) -> None:
    override = ModelOverride(name="m", context_length=settings)
    for given_override in [override] if settings else [override, None]:
        model = announce(ID, context_length=server, override=given_override, tokens=Tokens(), local=True)
        assert (model.context_length, model.context_source) == expected
        assert model.limits == token_limits(expected[0], Tokens())


@pytest.mark.parametrize(
    ("override", "capabilities"),
    [
        (None, Capabilities(chat=True)),
        (ModelOverride(name="m"), Capabilities(chat=True)),
        (ModelOverride(name="m", chat=False, fim=True), Capabilities(chat=False, fim=True)),
    ],
)
def test_what_it_can_do(override: ModelOverride | None, capabilities: Capabilities) -> None:
    model = announce(ID, context_length=1024, override=override, tokens=Tokens(), local=False)
    assert (model.capabilities, model.local) == (capabilities, False)

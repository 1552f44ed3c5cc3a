"""A model's context length is the one fact that clients plan with: whose word it is, and the two numbers made of it."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.config.schema import ModelOverride, Tokens
from inhouse.domain.models import Ability, Capabilities, ContextSource, TokenLimits
from inhouse.inference.announce import announce, token_limits
from inhouse.inference.listing import ListedModel


def listed(context_length: int | None = 1024, name: str = "m", **told: Any) -> ListedModel:  # noqa: ANN401 - fields of a ListedModel
    return ListedModel(name, context_length, **told)


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
        model = announce("lab", listed(server), override=given_override, tokens=Tokens(), local=True)
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
    model = announce("lab", listed(), override=override, tokens=Tokens(), local=False)
    assert (model.capabilities, model.local) == (capabilities, False)


@pytest.mark.parametrize(
    ("told", "override", "capabilities", "untold"),
    [
        ({}, {}, Capabilities(), {Ability.TOOLS, Ability.IMAGES}),
        ({"tools": True, "images": False}, {}, Capabilities(tool_calling=True), set[Ability]()),
        ({"tools": True}, {"tool_calling": False}, Capabilities(), {Ability.IMAGES}),
        ({"tools": False}, {"tool_calling": True}, Capabilities(tool_calling=True), {Ability.IMAGES}),
        ({"chat": False, "tools": True}, {}, Capabilities(chat=False), set[Ability]()),
        (
            {"images": True, "thinking": True, "fim": True},
            {},
            Capabilities(image_input=True, thinking=True, fim=True),
            {Ability.TOOLS},
        ),
    ],
)
def test_the_settings_come_before_the_server_and_silence_is_no_promise(
    told: dict[str, bool], override: dict[str, Any], capabilities: Capabilities, untold: set[Ability]
) -> None:
    settings = ModelOverride(name="m", **override)
    model = announce("lab", listed(1024, "m", **told), override=settings, tokens=Tokens(), local=True)
    assert (model.capabilities, model.untold) == (capabilities, untold)


@pytest.mark.parametrize(
    ("name", "chat", "fim"),
    [
        ("bigcode/starcoder2-3b", False, True),
        ("bigcode/starcoder2-15b-instruct-v0.1", True, True),
        ("Qwen/Qwen2.5-Coder-7B-Instruct", True, True),
        ("deepseek-coder:6.7b-base-q4_0", False, True),
        ("meta-llama/Llama-3.1-8B-Instruct", True, False),
        ("database-expert-7b", True, False),
    ],
)
def test_a_name_tells_what_nobody_else_does(name: str, chat: bool, fim: bool) -> None:
    can = announce("lab", listed(name=name), override=None, tokens=Tokens(), local=True).capabilities
    assert (can.chat, can.fim) == (chat, fim)


def test_a_server_that_runs_a_model_elsewhere_does_not_make_it_local() -> None:
    assert not announce("lab", listed(elsewhere=True), override=None, tokens=Tokens(), local=True).local

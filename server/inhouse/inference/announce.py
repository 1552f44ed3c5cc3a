"""One model as it is announced: the settings' word before the server's, the name's after it, then what is assumed."""

import math
from collections.abc import Mapping

from inhouse.config.schema import ModelOverride, Tokens
from inhouse.domain.models import (
    ASSUMED_CONTEXT_LENGTH,
    Ability,
    Capabilities,
    ContextSource,
    Model,
    ModelId,
    TokenLimits,
)
from inhouse.inference.families import coding_family, is_base_model
from inhouse.inference.listing import ListedModel


def announce(
    backend: str, listed: ListedModel, *, override: ModelOverride | None, tokens: Tokens, local: bool
) -> Model:
    """4096 tokens of context, marked as assumed, where neither the settings nor the server say anything."""
    told = override or ModelOverride(name=listed.name)
    length, source = listed.context_length, ContextSource.SERVER
    if told.context_length is not None:
        length, source = told.context_length, ContextSource.CONFIG
    elif length is None:
        length, source = ASSUMED_CONTEXT_LENGTH, ContextSource.ASSUMED
    chat = _first(told.chat, listed.chat, not is_base_model(listed.name))
    tools, images = _first(told.tool_calling, listed.tools), _first(told.image_input, listed.images)
    fim = _first(told.fim, listed.fim)
    named = {Ability.FIM: fim} if coding_family(listed.name) else {}
    return Model(
        id=ModelId(backend, listed.name),
        context_length=length,
        context_source=source,
        limits=token_limits(length, tokens),
        local=local and not listed.elsewhere,
        state=listed.state,
        capabilities=Capabilities(
            chat=bool(chat),
            tool_calling=bool(tools) and bool(chat),
            image_input=bool(images),
            thinking=bool(_first(told.thinking, listed.thinking)),
            fim=bool(_first(fim, bool(named))),
        ),
        family=listed.family or coding_family(listed.name),
        detail=listed.detail,
        untold=_untold(({Ability.TOOLS: tools, Ability.IMAGES: images} if chat else {}) | named),
    )


def _first(*told: bool | None) -> bool | None:
    """The first that says anything."""
    return next((value for value in told if value is not None), None)


def _untold(told: Mapping[Ability, bool | None]) -> frozenset[Ability]:
    return frozenset(ability for ability, word in told.items() if word is None)


def token_limits(context_length: int, tokens: Tokens) -> TokenLimits:
    """The two numbers of interface §4.3, which never sum to more than the context."""
    wanted = max(tokens.minimum_output, math.floor(context_length * tokens.output_ratio))
    max_output = min(context_length - 1, wanted)
    max_input = min(math.floor(context_length * tokens.input_ratio), context_length - max_output)
    return TokenLimits(max_input, max_output)

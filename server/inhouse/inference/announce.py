"""One model as it is announced: what its server says, what the settings override, what has to be assumed."""

import math

from inhouse.config.schema import ModelOverride, Tokens
from inhouse.domain.models import (
    ASSUMED_CONTEXT_LENGTH,
    Capabilities,
    ContextSource,
    Model,
    ModelId,
    TokenLimits,
)


def announce(
    model_id: ModelId, *, context_length: int | None, override: ModelOverride | None, tokens: Tokens, local: bool
) -> Model:
    """The settings' word before the server's, and 4096 tokens, marked as assumed, where neither says anything."""
    source = ContextSource.SERVER
    if override is not None and override.context_length is not None:
        context_length, source = override.context_length, ContextSource.CONFIG
    elif context_length is None:
        context_length, source = ASSUMED_CONTEXT_LENGTH, ContextSource.ASSUMED
    chat = True if override is None or override.chat is None else override.chat
    fim = False if override is None or override.fim is None else override.fim
    return Model(
        id=model_id,
        context_length=context_length,
        context_source=source,
        limits=token_limits(context_length, tokens),
        local=local,
        capabilities=Capabilities(chat=chat, fim=fim),
    )


def token_limits(context_length: int, tokens: Tokens) -> TokenLimits:
    """The two numbers of interface §4.3, which never sum to more than the context."""
    wanted = max(tokens.minimum_output, math.floor(context_length * tokens.output_ratio))
    max_output = min(context_length - 1, wanted)
    max_input = min(math.floor(context_length * tokens.input_ratio), context_length - max_output)
    return TokenLimits(max_input, max_output)

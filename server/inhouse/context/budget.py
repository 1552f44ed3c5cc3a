"""Fitting one request to one model: how long the answer may get, or why it cannot begin."""

from inhouse.context.estimate import estimate_tokens
from inhouse.domain.conversation import ChatRequest, Message, TextPart, ThinkingPart
from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount
from inhouse.domain.models import Count, Model

MESSAGE_OVERHEAD = 5
"""Tokens that a chat template puts around a message, where they can only be estimated."""


def answer_room(request: ChatRequest, model: Model, count: Count | None) -> int | None:
    """How many tokens the answer may have: what was asked for, at most what is left of the context.

    `count` is what the backend's tokenizer says of the prompt; without an exact one the backend itself decides what
    fits, and None is left unsaid. Raises `context_overflow`, with the numbers, before anything is generated.
    """
    wanted = request.options.max_tokens
    if count is None or not count.exact or model.context_length is None:
        return wanted
    room = model.context_length - count.tokens
    if room < 1:
        raise InhouseError(
            kind=ErrorKind.CONTEXT_OVERFLOW,
            message=f"The conversation has {count.tokens} tokens, and {model.id.name} takes {model.context_length}"
            " of prompt and answer together.",
            hint="Shorten the conversation, or pick a model with a longer context.",
            backend=model.id.backend,
            model=str(model.id),
            tokens=TokenCount(count.tokens, model.context_length),
        )
    return room if wanted is None else min(wanted, room)


def estimate_messages(messages: tuple[Message, ...]) -> int:
    """Tokens of a prompt, roughly."""
    return sum(estimate_tokens(_text(message)) + MESSAGE_OVERHEAD for message in messages)


def count_chars(messages: tuple[Message, ...]) -> int:
    return sum(len(_text(message)) for message in messages)


def _text(message: Message) -> str:
    return "\n\n".join(part.text for part in message.parts if isinstance(part, TextPart | ThinkingPart))

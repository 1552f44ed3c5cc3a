"""Room for prompt and answer in one context length: what the answer gets, what is kept free for it, what is refused."""

from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount
from inhouse.domain.models import ContextSource, Count, Model

ANSWER_SHARE = 8
"""An answer whose length nobody has set has an eighth of the context kept free, before old turns have to go."""
MOST_RESERVED = 4096


def reserved(model: Model, limit: int, asked: int | None) -> int:
    """Tokens kept free for the answer while there are old turns that can go instead. `asked` is the request's word."""
    wanted = min(MOST_RESERVED, limit // ANSWER_SHARE) if asked is None else asked
    return max(1, min(wanted, model.limits.max_output))


def answer_room(model: Model, limit: int, count: Count, asked: int | None) -> int:
    """How many tokens the answer may have: what was asked for, at most what is left of the context.

    Raises `context_overflow`, with the numbers, before anything is generated.
    """
    left = limit - count.tokens
    if left < 1:
        raise _overflow(model, limit, count)
    return left if asked is None else min(asked, left)


def correction(model: Model) -> str:
    """What to do about a context length that nobody has told, empty where somebody has."""
    if model.context_source is not ContextSource.ASSUMED:
        return ""
    return (
        f'{model.context_length} is assumed: set models = [{{ name = "{model.id.name}", context_length = … }}]'
        f" in [backends.{model.id.backend}] to what the server has."
    )


def _overflow(model: Model, limit: int, count: Count) -> InhouseError:
    about = "" if count.exact else "about "
    return InhouseError(
        kind=ErrorKind.CONTEXT_OVERFLOW,
        message=f"What has to stay of the conversation has {about}{count.tokens} tokens, and {model.id.name} takes"
        f" {limit} of prompt and answer together.",
        hint=correction(model) or "Shorten the last message, or pick a model with a longer context.",
        backend=model.id.backend,
        model=str(model.id),
        tokens=TokenCount(count.tokens, limit),
    )

"""How many tokens of code fit into a prompt, for the model that would answer."""

import math
from dataclasses import dataclass

from inhouse.assist.default_model import default_model
from inhouse.assist.measure import measure
from inhouse.assist.session import Session
from inhouse.context.calibration import UNKNOWN
from inhouse.context.estimate import estimate_tokens
from inhouse.context.weight import MESSAGE_TOKENS, PROMPT_TOKENS, Tokens
from inhouse.domain.models import ASSUMED_CONTEXT_LENGTH
from inhouse.inference.route import Candidate

LEAST_ANSWER = 512
"""Tokens that are kept free for an answer."""
GROWTH = 1.5
"""By so much an answer may be longer than the code it is for."""
MOST_CODE = 16_000
"""Tokens of code in a prompt: a model that takes more is slower, and no better."""


@dataclass(frozen=True, slots=True)
class Room:
    """`context` is the context length; `tokens` measures a text, `factor` makes that safe."""

    context: int
    tokens: Tokens
    factor: float

    def for_code(self, selected: str, rest: str) -> int:
        """What is left for code, beside the rest of the prompt and an answer for the selected code; 0 at least."""
        answer = max(LEAST_ANSWER, math.ceil(GROWTH * self.tokens(selected)))
        return min(self.beside(rest, min(answer, self.context // 2)), MOST_CODE)

    def beside(self, rest: str, answer: int) -> int:
        """What is left of the context beside the rest of a prompt and an answer of so many tokens; 0 at least."""
        prompt = math.floor((self.context - answer) / self.factor)
        return max(0, prompt - self.tokens(rest) - PROMPT_TOKENS - 2 * MESSAGE_TOKENS)


async def room(session: Session, model: str | None) -> Room:
    """For the first one that would be asked; of others that might answer no more is known."""
    wanted = model or await default_model(session)
    async for candidate in session.router.candidates(wanted):
        if not isinstance(candidate, Candidate):
            break
        measured = await measure(session, candidate.model.id)
        length = candidate.model.context_length or ASSUMED_CONTEXT_LENGTH
        return Room(length, measured.tokens, measured.factor)
    return Room(ASSUMED_CONTEXT_LENGTH, estimate_tokens, UNKNOWN)

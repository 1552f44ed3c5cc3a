"""How many tokens of code fit into a prompt, for the model that would answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from inhouse.assist.default_model import default_model
from inhouse.assist.measure import measure
from inhouse.assist.session import Session
from inhouse.context.calibration import UNKNOWN, safe_factor
from inhouse.context.estimate import estimate_tokens
from inhouse.domain.models import ASSUMED_CONTEXT_LENGTH, Model
from inhouse.inference.route import Candidate

LEAST_ANSWER = 512
"""Tokens that are kept free for an answer."""
GROWTH = 1.5
"""By so much an answer may be longer than the piece it is for."""


@dataclass(frozen=True, slots=True)
class Room:
    """`context` is the context length; `tokens` measures a text, `factor` makes that safe."""

    context: int
    tokens: Callable[[str], int]
    factor: float

    def for_code(self, piece: str, rest: str) -> int:
        """What is left for code to be read, beside the piece, the rest of the prompt, and the answer."""
        answer = max(LEAST_ANSWER, math.ceil(GROWTH * self.tokens(piece)))
        prompt = (self.context - min(answer, self.context // 2)) / self.factor
        return max(0, math.floor(prompt) - self.tokens(piece) - self.tokens(rest))


async def room(session: Session, model: str | None) -> Room:
    """For the first one that would be asked; what is known of it may be little."""
    wanted = model or await default_model(session)
    async for candidate in session.router.candidates(wanted):
        if isinstance(candidate, Candidate):
            return await _of(session, candidate.model)
        break
    return Room(ASSUMED_CONTEXT_LENGTH, estimate_tokens, UNKNOWN)


async def _of(session: Session, model: Model) -> Room:
    measured = await measure(session, model.id)
    factor = safe_factor(measured.ratios)
    return Room(model.context_length or ASSUMED_CONTEXT_LENGTH, measured.tokens, factor)

"""What measures texts for one model where its server cannot be asked: its tokenizer's file, or an estimate."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from inhouse.assist.session import Session
from inhouse.config.schema import home_path
from inhouse.context.calibration import OWN_TOKENIZER, UNKNOWN, Ratios, safe_factor
from inhouse.context.estimate import estimate_tokens
from inhouse.context.plan import Plan
from inhouse.context.weight import work
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.models import Count, ModelId
from inhouse.inference.tokenizer import load_tokenizer

THREAD_CHARS = 200_000
"""From so much text on, a millisecond's work or two, an estimate is made in a thread."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`tokens` of a text; `own` where it is the model's tokenizer, which is exact for a text and slow."""

    tokens: Callable[[str], int]
    ratios: Ratios
    own: bool

    async def plan(self, request: ChatRequest) -> Plan:
        if self.own or work(request.messages) >= THREAD_CHARS:
            return await asyncio.to_thread(Plan.of, request, self.tokens)
        return Plan.of(request, self.tokens)

    async def text(self, text: str) -> Count:
        long = self.own or len(text) >= THREAD_CHARS
        counted = await asyncio.to_thread(self.tokens, text) if long else self.tokens(text)
        return Count(counted, exact=True) if self.own else self.safely(counted)

    @property
    def factor(self) -> float:
        """By which an estimate is multiplied to be rather too high than too low."""
        return safe_factor(self.ratios, OWN_TOKENIZER if self.own else UNKNOWN)

    def safely(self, estimated: int) -> Count:
        """An estimate of a prompt, calibrated: what the chat template adds is estimated in any case."""
        return Count(math.ceil(estimated * self.factor), exact=False)


async def measure(session: Session, model: ModelId) -> Measure:
    """Raises `invalid_config` for a tokenizer that the settings name and that cannot be used."""
    ratios = session.catalog.ratios(model)
    settings = session.config.backends.get(model.backend)
    overrides = settings.models if settings else ()
    file = next((each.tokenizer for each in overrides if each.name == model.name), "")
    if not file:
        return Measure(estimate_tokens, ratios, own=False)
    tokens = await asyncio.to_thread(load_tokenizer, home_path(file))
    return Measure(tokens, ratios, own=True)

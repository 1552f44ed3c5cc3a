"""A request fitted to one model: admitted, counted, its oldest turns left out where it is too long, its answer bounded.

Counting sends the prompt to the backend, so the usual case counts once: a second count comes only when turns had to go.
"""

import asyncio
import math
from dataclasses import dataclass

from inhouse.assist.measure import THREAD_CHARS, Measure, measure
from inhouse.assist.session import Session
from inhouse.context.budget import answer_room, correction, reserved
from inhouse.context.calibration import learnt
from inhouse.context.plan import Plan
from inhouse.context.weight import count_images, work
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.events import Dropped, Notice
from inhouse.domain.models import Count
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import Admitted, admit
from inhouse.inference.backend import Backend
from inhouse.inference.route import Candidate

MOST_COUNTS = 4
"""Of one prompt; the last one is of the prompt without anything that may be left out."""

HOPELESS = 4
"""An estimate of so many times the context length is not counted first: it is cut to that, without asking."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """`admitted` holds what is sent, with its bound for the answer; `count` and `estimated`, which is not calibrated,
    are the tokens of its prompt."""

    admitted: Admitted
    count: Count
    estimated: int
    dropped: Dropped | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the user is to be told."""
        if self.dropped is None:
            return ()
        model, one = self.admitted.prompt.model, self.dropped.messages == 1
        what = "1 older message was" if one else f"{self.dropped.messages} older messages were"
        told = f"{what} left out to fit the {model.context_length} tokens that {model.id} takes. {correction(model)}"
        return (Notice(told.rstrip()),)


async def fit(session: Session, request: ChatRequest, candidate: Candidate) -> Fitted:
    """Raises `policy`, `context_overflow` when what has to stay does not fit, and what a backend's counting raises."""
    admitted = await _admitted(session, request, candidate)
    measured = await measure(session, candidate.model.id)
    plan = await measured.plan(admitted.prompt.request)
    counter = _Counter(candidate.backend, measured)
    limit, asked = candidate.model.context_length, request.options.max_tokens
    if limit is None:
        return Fitted(admitted.bounded(asked), await counter.count(admitted, plan.tokens()), plan.tokens())
    fitting = _Fitting(admitted, plan, counter, limit, reserved(candidate.model, limit, asked))
    gone, count = await fitting.run()
    return Fitted(
        fitting.without(gone).bounded(answer_room(candidate.model, limit, count, asked)),
        count,
        plan.tokens(gone),
        fitting.dropped(gone, count),
    )


async def count(session: Session, request: ChatRequest, candidate: Candidate) -> Count:
    """Tokens of the whole request, with nothing left out."""
    admitted = await _admitted(session, request, candidate)
    measured = await measure(session, candidate.model.id)
    plan = await measured.plan(admitted.prompt.request)
    return await _Counter(candidate.backend, measured).count(admitted, plan.tokens())


def learn(session: Session, fitted: Fitted, counted: int) -> None:
    """What the server's own count of a prompt says of its estimate."""
    model = fitted.admitted.prompt.model.id
    before = session.catalog.ratios(model)
    session.catalog.calibrate(model, learnt(before, counted=counted, estimated=fitted.estimated))


async def _admitted(session: Session, request: ChatRequest, candidate: Candidate) -> Admitted:
    prompt = Prompt(request, candidate.model)
    if work(request.messages) >= THREAD_CHARS:
        return await asyncio.to_thread(admit, prompt, candidate.zone, session.policy, session.redactor)
    return admit(prompt, candidate.zone, session.policy, session.redactor)


class _Counter:
    """Tokens of a prompt: the backend's word, or an estimate on the safe side where it has none."""

    def __init__(self, backend: Backend, measured: Measure) -> None:
        self._backend = backend
        self._measured = measured
        self._can = True

    async def count(self, admitted: Admitted, estimated: int) -> Count:
        counted = await self._backend.count_messages(admitted) if self._can else None
        if counted is None:
            self._can = False
            return self._measured.safely(estimated)
        images = count_images(admitted.prompt.request.messages)
        return Count(counted.tokens + images, exact=False) if images else counted


class _Fitting:
    """Counts, leaves turns out, counts again."""

    def __init__(self, admitted: Admitted, plan: Plan, counter: _Counter, limit: int, reserve: int) -> None:
        self._admitted = admitted
        self._plan = plan
        self._counter = counter
        self._limit = limit
        self._reserve = reserve
        self._whole = 0

    async def run(self) -> tuple[int, Count]:
        """How many blocks go, and the tokens of what is left."""
        everything = len(self._plan.blocks)
        gone = self._plan.gone_for(HOPELESS * self._limit)
        for trip in range(1, MOST_COUNTS + 1):
            count = await self._count(gone)
            if trip == 1:
                self._whole = round(count.tokens / self._plan.tokens(gone) * self._plan.tokens())
            # Once turns have gone, a few tokens less for the answer are better than another place to cut.
            reserve = self._reserve if trip == 1 else math.ceil(self._reserve / 2)
            if gone == everything or count.tokens + reserve <= self._limit:
                return gone, count
            gone = everything if trip == MOST_COUNTS - 1 else self._next(gone, count)
        raise AssertionError("the last count is of what has to stay")

    def without(self, gone: int) -> Admitted:
        return self._admitted.without(self._plan.dropped(gone)) if gone else self._admitted

    def dropped(self, gone: int, count: Count) -> Dropped | None:
        messages = len(self._plan.dropped(gone))
        return Dropped(messages, max(0, self._whole - count.tokens)) if messages else None

    async def _count(self, gone: int) -> Count:
        return await self._counter.count(self.without(gone), self._plan.tokens(gone))

    def _next(self, gone: int, count: Count) -> int:
        scale = max(1, count.tokens) / self._plan.tokens(gone)
        return max(gone + 1, self._plan.gone_for((self._limit - self._reserve) / scale))

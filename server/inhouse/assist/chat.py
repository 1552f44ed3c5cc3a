"""One chat: pick who answers, fit the prompt, admit it, stream; move on to the next while nothing has been said."""

import dataclasses
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist.default_model import default_model
from inhouse.assist.fallback import FALLBACK_KINDS, may_move_on, may_pass_over
from inhouse.assist.fitting import Fitted, fit, learn
from inhouse.assist.session import Session
from inhouse.context.estimate import estimate_tokens
from inhouse.context.support import check_supported
from inhouse.context.weight import count_chars
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, Notice, Progress, Stage, TextDelta, ThinkingDelta, ToolCall, Usage
from inhouse.inference.route import Candidate, no_backend

STALE_KINDS = FALLBACK_KINDS | {ErrorKind.MODEL_NOT_FOUND}
"""Failures after which a backend is asked anew what it offers."""

ENOUGH_TOKENS = 200
"""Of prompt and answer together, for a measurement of characters a token that the template does not blur."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def stream(session: Session, request: ChatRequest) -> AsyncGenerator[AsyncIterator[Event], None]:
    """The answer's events, `Finished` last. Leaving the context stops the generation at the backend.

    The iterator raises InhouseError, with the request's id, when nobody could answer.
    """
    async with AsyncExitStack() as stack:
        yield _answer(session, request, stack)


async def _answer(session: Session, request: ChatRequest, stack: AsyncExitStack) -> AsyncIterator[Event]:
    session.policy.check()
    check_supported(request)
    failure: InhouseError | None = None
    wanted = request.model or await default_model(session)
    async for candidate in session.router.candidates(wanted):
        if isinstance(candidate, InhouseError):
            if failure is None:
                failure = candidate
                if not may_pass_over(session, candidate, wanted):
                    break
            continue
        if failure is not None:
            yield Notice(f"{failure.message} {candidate.model.id} answers instead.")
        attempt = _Attempt(session, request, candidate)
        try:
            async for event in attempt.events(stack):
                yield event
        except InhouseError as exc:
            _blame(exc, request, candidate)
            _remember(session, exc, candidate)
            if attempt.begun or not may_move_on(session, exc):
                raise
            _log.warning("request %s: %s failed (%s), trying the next", request.id, candidate.model.id, exc.kind)
            failure = failure or exc
            await stack.aclose()  # what the failed try held: a connection, its turn
        else:
            return
    # A copy: the catalog keeps its failures, and other requests raise them too.
    raise dataclasses.replace(failure or no_backend(), request_id=request.id)


def _blame(failure: InhouseError, request: ChatRequest, candidate: Candidate) -> None:
    failure.request_id = request.id
    failure.backend = failure.backend or candidate.backend.name
    failure.model = failure.model or str(candidate.model.id)


def _remember(session: Session, failure: InhouseError, candidate: Candidate) -> None:
    if failure.kind in STALE_KINDS:
        session.catalog.forget(candidate.backend.name)


class _Attempt:
    """One try with one candidate. `begun` once a value has been streamed, after which there is no other try."""

    def __init__(self, session: Session, request: ChatRequest, candidate: Candidate) -> None:
        self._session = session
        self._request = request
        self._candidate = candidate
        self._text: list[str] = []
        self.begun = False

    async def events(self, stack: AsyncExitStack) -> AsyncIterator[Event]:
        backend, model = self._candidate.backend, self._candidate.model
        _log.info("request %s goes to %s", self._request.id, model.id)
        yield Progress(Stage.WAITING if backend.loaded else Stage.LOADING, str(model.id))
        fitted = await fit(self._session, self._request, self._candidate)
        for notice in fitted.notices:
            yield notice
        async for event in await stack.enter_async_context(backend.stream(fitted.admitted)):
            if isinstance(event, TextDelta | ThinkingDelta | ToolCall):
                self.begun = True
                if not isinstance(event, ToolCall):
                    self._text.append(event.text)
            yield self._counted(event, fitted) if isinstance(event, Finished) else event

    def _counted(self, finished: Finished, fitted: Fitted) -> Finished:
        """An answer whose server counted nothing gets an estimate, marked as such."""
        usage = finished.usage
        if usage.exact:
            learn(self._session, fitted, usage)
            self._learn(fitted, usage)
        else:
            usage = Usage(fitted.count.tokens, estimate_tokens("".join(self._text)), exact=False)
        return dataclasses.replace(finished, usage=usage, dropped=fitted.dropped)

    def _learn(self, fitted: Fitted, usage: Usage) -> None:
        tokens = usage.input_tokens + usage.output_tokens
        if tokens >= ENOUGH_TOKENS:
            chars = count_chars(fitted.admitted.prompt.request.messages) + sum(map(len, self._text))
            self._session.catalog.learn(self._candidate.model.id, round(chars / tokens, 2))

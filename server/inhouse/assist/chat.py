"""One chat: pick who answers, and move on to the next while nothing has been said."""

import asyncio
import dataclasses
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist.attempt import Attempt
from inhouse.assist.default_model import default_model
from inhouse.assist.fallback import FALLBACK_KINDS, may_move_on, may_pass_over
from inhouse.assist.needs import needs
from inhouse.assist.session import Session
from inhouse.context.support import check_supported
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError, Refusal
from inhouse.domain.events import Event, Notice, Progress, Stage
from inhouse.domain.models import Ability, Kind
from inhouse.inference.affinity import conversation_head
from inhouse.inference.embedded.backend import FIRST_TOKEN_SECONDS
from inhouse.inference.route import Candidate, no_backend

STALE_KINDS = FALLBACK_KINDS | {ErrorKind.MODEL_NOT_FOUND}
"""Failures after which a backend is asked anew what it offers."""

LOADING_GRACE = 2.0
"""Seconds for which a server that loads its model is waited for although another backend could answer."""
_LONGEST_LOOK = 3.0

_TOO_MUCH_FOR_IT = frozenset({ErrorKind.CONTEXT_OVERFLOW, ErrorKind.UNSUPPORTED})
"""Failures of a request that asks too much of this model: one that would only have stood in is passed over."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def stream(session: Session, request: ChatRequest) -> AsyncGenerator[AsyncIterator[Event], None]:
    """The answer's events, `Finished` last. Leaving the context stops the generation at the backend.

    The iterator raises InhouseError, with the request's id, when nobody could answer.
    """
    async with AsyncExitStack() as stack:
        yield _Chat(session, request, stack).events()


class _Chat:
    """One request on its way to whoever answers it."""

    def __init__(self, session: Session, request: ChatRequest, stack: AsyncExitStack) -> None:
        self._session = session
        # What is left out to fit a model must not make it another conversation.
        named = request.conversation_id or conversation_head(request)
        self._request = dataclasses.replace(request, conversation_id=named)
        self._stack = stack
        self._began = time.monotonic()
        self._failure: InhouseError | None = None
        self._answered = False
        self._stand_in: str | None = None

    async def events(self) -> AsyncIterator[Event]:
        self._session.policy.check()
        check_supported(self._request)
        wanted = self._request.model or await default_model(self._session)
        required = needs(self._request)
        look = 0.3
        while not self._answered:
            self._failure = None
            async for event in self._round(wanted, required):
                yield event
            if self._answered:
                return
            if Ability.TOOLS in required and self._does_without_tools():
                required -= {Ability.TOOLS}
                continue
            if not self._worth_waiting():
                # A copy: the catalog keeps its failures, and other requests raise them too.
                failure = self._failure or no_backend()
                raise dataclasses.replace(failure, request_id=self._request.id, stand_in=self._stand_in)
            yield Progress(Stage.LOADING, self._loading())
            await asyncio.sleep(look * random.uniform(0.7, 1))  # noqa: S311 - spreads load
            look = min(2 * look, _LONGEST_LOOK)

    async def _round(self, wanted: str, required: frozenset[Ability]) -> AsyncIterator[Event]:
        """Asks one after the other; leaves the first failure behind if nobody answers."""
        async for candidate in self._session.router.candidates(wanted, required):
            if isinstance(candidate, InhouseError):
                first = self._failure is None
                self._keep(candidate)
                if first and (self._stops_at(candidate) or not may_pass_over(self._session, candidate, wanted)):
                    return
                continue
            if self._is_held_back(candidate):
                self._stand_in = str(candidate.model.id)
                continue
            async for event in self._attempt(candidate):
                yield event
            if self._answered or (self._failure is not None and self._stops_at(self._failure)):
                return

    def _is_held_back(self, candidate: Candidate) -> bool:
        """The embedded model would only stand in, and is not wanted for that."""
        embedded = candidate.backend.software.kind is Kind.EMBEDDED
        return embedded and self._failure is not None and not self._request.embedded_stands_in

    async def _attempt(self, candidate: Candidate) -> AsyncIterator[Event]:
        session, catalog, name = self._session, self._session.catalog, candidate.backend.name
        if self._failure is not None:
            yield Notice(f"{self._failure.message} {_stands_in(candidate)}")
        attempt, began = Attempt(session, self._request, candidate), time.monotonic()
        try:
            async for event in attempt.events(self._stack):
                yield event
        except InhouseError as exc:
            self._blame(exc, candidate)
            catalog.breaker(name).failed(exc, time.monotonic() - began)
            if exc.kind in STALE_KINDS:
                catalog.forget(name, exc)
            passable = exc.kind in _TOO_MUCH_FOR_IT and self._failure is not None
            if attempt.begun or not (passable or may_move_on(session, exc) or self._stops_at(exc)):
                raise
            _log.warning("request %s: %s failed (%s)", self._request.id, candidate.model.id, exc.kind.value)
            self._keep(exc)
            await self._stack.aclose()  # what the failed try held: a connection, its slot
        else:
            catalog.breaker(name).succeeded()
            self._answered = True

    def _keep(self, failure: InhouseError) -> None:
        """The first one is told, but one of a backend that is merely away before those that have nothing to offer."""
        kept = self._failure
        if kept is None or (kept.kind not in FALLBACK_KINDS and failure.kind in FALLBACK_KINDS):
            self._failure = failure

    def _blame(self, failure: InhouseError, candidate: Candidate) -> None:
        failure.request_id = self._request.id
        failure.backend = failure.backend or candidate.backend.name
        failure.model = failure.model or str(candidate.model.id)

    def _does_without_tools(self) -> bool:
        """Nobody can call tools, and nobody who could is merely away."""
        failure = self._failure
        return self._request.tool_choice == "auto" and failure is not None and failure.refused is Refusal.TOOLS

    def _stops_at(self, failure: InhouseError) -> bool:
        """A server that loads its model is given a moment before another takes over, and all its time if none does."""
        if failure.kind is not ErrorKind.LOADING:
            return False
        grace = LOADING_GRACE if self._session.config.routing.fallback else self._patience(failure)
        return self._waited < min(grace, self._patience(failure))

    def _worth_waiting(self) -> bool:
        failure = self._failure
        if failure is None or failure.kind is not ErrorKind.LOADING or self._waited >= self._patience(failure):
            return False
        if failure.backend is not None:
            self._session.catalog.forget(failure.backend)
        return True

    @property
    def _waited(self) -> float:
        return time.monotonic() - self._began

    def _patience(self, failure: InhouseError) -> float:
        settings = self._session.config.backends.get(failure.backend or "")
        return settings.first_token_timeout if settings else FIRST_TOKEN_SECONDS

    def _loading(self) -> str:
        failure = self._failure
        return "" if failure is None else failure.model or failure.backend or ""


def _stands_in(candidate: Candidate) -> str:
    if candidate.backend.software.kind is Kind.EMBEDDED:
        return f"{candidate.model.id}, a small model on this computer's CPU, answers instead: expect reduced answers."
    return f"{candidate.model.id} answers instead."

"""One try with one candidate: suit the request to it, fit it, stream; and learn from what comes back."""

import dataclasses
import logging
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from inhouse.assist.fitting import Fitted, fit, learn
from inhouse.assist.needs import needs
from inhouse.assist.restoring import restored
from inhouse.assist.session import Session
from inhouse.context.estimate import estimate_tokens
from inhouse.context.weight import count_chars
from inhouse.context.without_tools import without_tools
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError, Refusal
from inhouse.domain.events import Event, Finished, Notice, Progress, Stage, TextDelta, ThinkingDelta, ToolCall, Usage
from inhouse.domain.models import Ability
from inhouse.governance.redaction.redactor import told
from inhouse.inference.lessons import Lesson
from inhouse.inference.openai.unable import advice_on_tools
from inhouse.inference.route import Candidate, may

ENOUGH_TOKENS = 200
"""Of prompt and answer together, for a measurement of characters a token that the template does not blur."""

MOST_REFITS = 3
TOO_LOW = 1.25
"""By so much an estimate is taken to have been too low, unless the server says by how much."""

_log = logging.getLogger(__name__)


class Attempt:
    """`begun` once a value has been streamed, after which there is no other try."""

    def __init__(self, session: Session, request: ChatRequest, candidate: Candidate) -> None:
        self._session = session
        self._request = request
        self._candidate = candidate
        self._text: list[str] = []
        self._tried: set[str] = set()
        self._advice = ""
        self._fitted: Fitted | None = None
        self._refits = 0
        self.begun = False

    async def events(self, stack: AsyncExitStack) -> AsyncIterator[Event]:
        while True:
            for notice in self._suit():
                yield notice
            try:
                async for event in self._once(stack):
                    yield event
            except InhouseError as exc:
                if self.begun or not self._learns_from(exc):
                    raise
                _log.info("request %s: %s refused it (%s)", self._request.id, self._candidate.model.id, exc.kind.value)
                await stack.aclose()
            else:
                return

    def _suit(self) -> list[Notice]:
        """Leaves out what this model cannot take; raises `unsupported` where the request would lose its meaning."""
        model = self._candidate.model
        if Ability.IMAGES in needs(self._request) and not may(model, Ability.IMAGES):
            raise _cannot(self._candidate, "read images")
        notices: list[Notice] = []
        if not model.capabilities.chat:
            notices += self._once_told(
                "plain", f"{model.id} was never tuned to chat: its answer goes on from a plain transcript."
            )
        if self._request.tools and not may(model, Ability.TOOLS):
            if self._request.tool_choice == "required":
                raise _cannot(self._candidate, "call tools", advice_on_tools(self._candidate.backend.software.kind))
            notices += self._once_told("tools", self._without_tools())
            self._request = without_tools(self._request)
        return notices

    def _without_tools(self) -> str:
        told = f"{self._candidate.model.id} cannot call tools and answers without them."
        advice = self._advice or advice_on_tools(self._candidate.backend.software.kind)
        return f"{told} {advice}".strip()

    def _once_told(self, what: str, message: str) -> list[Notice]:
        return [Notice(message)] if self._is_first(what) else []

    def _is_first(self, what: str) -> bool:
        return self._session.catalog.first_told(self._candidate.model.id, what)

    async def _once(self, stack: AsyncExitStack) -> AsyncIterator[Event]:
        backend, model = self._candidate.backend, self._candidate.model
        _log.info("request %s goes to %s", self._request.id, model.id)
        yield Progress(Stage.WAITING if backend.loaded else Stage.LOADING, str(model.id))
        self._fitted = None
        fitted = self._fitted = await fit(self._session, self._request, self._candidate)
        # Told once the server has taken it: a refused prompt is fitted anew.
        notices = [*fitted.notices, *self._told_of_secrets(fitted)]
        async for event in await stack.enter_async_context(backend.stream(fitted.admitted)):
            while notices and not isinstance(event, Progress):
                yield notices.pop(0)
            if isinstance(event, Notice) and event.once and not self._is_first(event.message):
                continue
            if isinstance(event, TextDelta | ThinkingDelta | ToolCall):
                self._note(event)
            if isinstance(event, ToolCall):
                event, told = restored(event, self._session.redactor)
                for notice in told:
                    yield notice
            yield self._counted(event, fitted) if isinstance(event, Finished) else event

    def _told_of_secrets(self, fitted: Fitted) -> list[Notice]:
        counts = fitted.admitted.redactions
        if not counts:
            return []
        sentence = told(counts)
        _log.info("request %s: %s", self._request.id, sentence)
        return self._once_told("secrets", sentence)

    def _note(self, event: TextDelta | ThinkingDelta | ToolCall) -> None:
        self.begun = True
        model, catalog = self._candidate.model, self._session.catalog
        if isinstance(event, ToolCall):
            if not model.capabilities.tool_calling:
                catalog.teach(model.id, Lesson(tools=True))
            return
        self._text.append(event.text)
        if isinstance(event, ThinkingDelta) and not model.capabilities.thinking:
            catalog.teach(model.id, Lesson(thinking=True))

    def _learns_from(self, failure: InhouseError) -> bool:
        """Whether the model is asked once more, for less or in another way."""
        return self._was_estimated_too_low(failure) or self._teaches(failure)

    def _was_estimated_too_low(self, failure: InhouseError) -> bool:
        """A prompt that was fitted by an estimate and is refused as too long after all is fitted anew."""
        fitted = self._fitted
        if failure.kind is not ErrorKind.CONTEXT_OVERFLOW or fitted is None or fitted.count.exact:
            return False
        if self._refits == MOST_REFITS or (failure.tokens and self._is_news(failure.tokens.limit)):
            return False
        self._refits += 1
        catalog, model = self._session.catalog, self._candidate.model.id
        before = catalog.ratios(model)
        told = failure.tokens.input if failure.tokens else 0
        learn(self._session, fitted, max(told, math.ceil(fitted.count.tokens * TOO_LOW)))
        return catalog.ratios(model) != before

    def _is_news(self, context_length: int) -> bool:
        return context_length != self._candidate.model.context_length

    def _teaches(self, failure: InhouseError) -> bool:
        """Whether the refusal says something new of the model."""
        lesson = self._lesson(failure)
        if lesson is None:
            return False
        catalog, model = self._session.catalog, self._candidate.model
        catalog.teach(model.id, lesson)
        self._candidate = dataclasses.replace(self._candidate, model=catalog.taught(model))
        return True

    def _lesson(self, failure: InhouseError) -> Lesson | None:
        """What a refusal says of the model; None for what is no news, or was learnt in this try already."""
        what = failure.refused.value if failure.refused else failure.kind.value
        if what in self._tried:
            return None
        self._tried.add(what)
        if failure.refused is Refusal.TOOLS and self._request.tools and self._request.tool_choice == "auto":
            self._advice = failure.hint
            return Lesson(tools=False)
        if failure.refused is Refusal.CHAT_TEMPLATE and self._candidate.model.capabilities.chat:
            return Lesson(chat=False)
        if failure.kind is ErrorKind.CONTEXT_OVERFLOW and failure.tokens is not None:
            limit = failure.tokens.limit
            return Lesson(context_length=limit) if self._is_news(limit) else None
        return None

    def _counted(self, finished: Finished, fitted: Fitted) -> Finished:
        """An answer whose server counted nothing gets an estimate, marked as such."""
        usage = finished.usage
        if usage.exact:
            learn(self._session, fitted, usage.input_tokens)
            self._measure(fitted, usage)
        else:
            usage = Usage(fitted.count.tokens, estimate_tokens("".join(self._text)), exact=False)
        return dataclasses.replace(finished, usage=usage, dropped=fitted.dropped)

    def _measure(self, fitted: Fitted, usage: Usage) -> None:
        tokens = usage.input_tokens + usage.output_tokens
        if tokens >= ENOUGH_TOKENS:
            chars = count_chars(fitted.admitted.prompt.request.messages) + sum(map(len, self._text))
            self._session.catalog.learn(self._candidate.model.id, round(chars / tokens, 2))


def _cannot(candidate: Candidate, what: str, advice: str = "") -> InhouseError:
    return InhouseError(
        kind=ErrorKind.UNSUPPORTED,
        message=f"{candidate.model.id} cannot {what}.",
        hint=f"Pick a model that can; `inhouse models` shows what each can do. {advice}".rstrip(),
        backend=candidate.backend.name,
        model=str(candidate.model.id),
    )

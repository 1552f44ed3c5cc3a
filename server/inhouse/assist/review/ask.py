"""One part of a file put to the model: its answer read, and asked for once more where it cannot be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from inhouse.assist import asking
from inhouse.assist.asking import Answer
from inhouse.assist.review.plan import Plan, answer_tokens
from inhouse.assist.review.request import ReviewRequest
from inhouse.assist.session import Session
from inhouse.context.answer.region import Unreadable
from inhouse.context.review.part import Part
from inhouse.context.review.prompt import asked_again
from inhouse.context.review.read import Reading, read
from inhouse.context.review.schema import RESPONSE_SCHEMA
from inhouse.domain.conversation import ChatRequest, Message, SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, FinishReason
from inhouse.domain.findings import Finding

INITIATOR = "review"


@dataclass(frozen=True, slots=True)
class Answered:
    """`model` and `backend` are those that answered."""

    reading: Reading | Unreadable
    model: str
    backend: str


class Asker:
    """Keeps to one model for a whole review, and to what its server was found to take."""

    def __init__(self, session: Session, request: ReviewRequest, model: str) -> None:
        self._session = session
        self._request = request
        self._model = model
        self._shaped = True

    def keep_to(self, model: str) -> None:
        self._model = model

    async def ask(self, plan: Plan, part: Part, stack: AsyncExitStack) -> AsyncIterator[Event | Answered]:
        """Ends with what was answered. Raises what chat.stream does."""
        messages = await asyncio.to_thread(plan.messages, part)
        first = ""
        async for event in self._once(plan, messages, stack):
            if not isinstance(event, Answer):
                yield event
                continue
            first = event.text
            answered = await self._read(event, part)
            if isinstance(answered.reading, Reading) or event.finished.finish_reason is not FinishReason.STOP:
                yield answered
                return
        async for event in self._once(plan, asked_again(messages, first), stack):
            yield await self._read(event, part) if isinstance(event, Answer) else event

    async def _read(self, answer: Answer, part: Part) -> Answered:
        finished = answer.finished
        found = await asyncio.to_thread(read, answer.text, part, cut=answer.cut)
        if answer.filtered:
            found = Unreadable(asking.FILTERED)
        if isinstance(found, Reading):
            found = replace(found, findings=tuple(map(self._restored, found.findings)))
        return Answered(found, finished.model, finished.backend)

    def _restored(self, finding: Finding) -> Finding:
        """A suggestion is an edit: it has the secrets that the model was not shown."""
        if finding.suggestion is None:
            return finding
        return replace(finding, suggestion=self._session.redactor.restore(finding.suggestion)[0])

    async def _once(
        self, plan: Plan, messages: tuple[Message, ...], stack: AsyncExitStack
    ) -> AsyncIterator[Event | Answer]:
        await stack.aclose()
        try:
            async for event in asking.answer(self._session, self._chat(plan, messages), stack):
                yield event
        except InhouseError as exc:
            if exc.kind is not ErrorKind.INVALID_REQUEST or not self._shaped:
                raise
        else:
            return
        self._shaped = False  # a server that cannot hold a model to a schema refuses the request
        await stack.aclose()
        async for event in asking.answer(self._session, self._chat(plan, messages), stack):
            yield event

    def _chat(self, plan: Plan, messages: tuple[Message, ...]) -> ChatRequest:
        return ChatRequest(
            id=self._request.id,
            messages=messages,
            model=self._model,
            options=SamplingOptions(
                temperature=0.0,
                max_tokens=answer_tokens(plan.room),
                response_schema=RESPONSE_SCHEMA if self._shaped else None,
            ),
            initiator=INITIATOR,
            embedded_stands_in=self._request.embedded_stands_in,
        )

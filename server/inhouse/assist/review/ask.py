"""One part of a file put to the model: its answer read, and asked for once more where it cannot be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from inhouse.assist import chat
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
from inhouse.domain.events import Event, Finished, FinishReason, TextDelta
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
        first: list[str] = []
        messages = await asyncio.to_thread(plan.messages, part)
        async for event in self._once(plan, messages, stack):
            if isinstance(event, TextDelta):
                first.append(event.text)
            if not isinstance(event, Finished):
                yield event
                continue
            answered = await self._read("".join(first), part, event)
            if isinstance(answered.reading, Reading) or event.finish_reason is not FinishReason.STOP:
                yield answered
                return
        second: list[str] = []
        async for event in self._once(plan, asked_again(messages, "".join(first)), stack):
            if isinstance(event, TextDelta):
                second.append(event.text)
            yield await self._read("".join(second), part, event) if isinstance(event, Finished) else event

    async def _read(self, answer: str, part: Part, finished: Finished) -> Answered:
        found = await asyncio.to_thread(read, answer, part, cut=finished.finish_reason is FinishReason.LENGTH)
        if finished.finish_reason is FinishReason.CONTENT_FILTER:
            found = Unreadable("The backend's content filter ended the answer.")
        if isinstance(found, Reading):
            found = replace(found, findings=tuple(map(self._restored, found.findings)))
        return Answered(found, finished.model, finished.backend)

    def _restored(self, finding: Finding) -> Finding:
        """A suggestion is an edit: it has the secrets that the model was not shown."""
        if finding.suggestion is None:
            return finding
        return replace(finding, suggestion=self._session.redactor.restore(finding.suggestion)[0])

    async def _once(self, plan: Plan, messages: tuple[Message, ...], stack: AsyncExitStack) -> AsyncIterator[Event]:
        try:
            async for event in await self._stream(plan, messages, stack):
                yield event
        except InhouseError as exc:
            if exc.kind is not ErrorKind.INVALID_REQUEST or not self._shaped:
                raise
        else:
            return
        self._shaped = False  # a server that cannot hold a model to a schema refuses the request
        await stack.aclose()
        async for event in await self._stream(plan, messages, stack):
            yield event

    async def _stream(self, plan: Plan, messages: tuple[Message, ...], stack: AsyncExitStack) -> AsyncIterator[Event]:
        await stack.aclose()
        request = ChatRequest(
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
        return await stack.enter_async_context(chat.stream(self._session, request))

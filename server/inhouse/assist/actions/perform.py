"""One action on a piece of code: a prompt made for the model that answers, its answer read as an edit or as text."""

import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist import chat
from inhouse.assist.actions.request import ActionRequest, Edited, Outcome, Step, Told, Unusable
from inhouse.assist.actions.stub import read_answer
from inhouse.assist.session import Session
from inhouse.context.prompts.instruction import instruction_in
from inhouse.context.prompts.message import Request, messages
from inhouse.context.prompts.piece import text_of
from inhouse.context.prompts.tasks import SYSTEM, task
from inhouse.domain.actions import ActionKind
from inhouse.domain.conversation import ChatRequest, SamplingOptions
from inhouse.domain.events import Finished, TextDelta

TEMPERATURE = 0.2

EXPLAINING = frozenset({ActionKind.EXPLAIN, ActionKind.EXPLAIN_DIAGNOSTIC})


@asynccontextmanager
async def perform(session: Session, request: ActionRequest) -> AsyncGenerator[AsyncIterator[Step], None]:
    """What is heard of it, the outcome last. Leaving the context stops the generation at the backend."""
    async with AsyncExitStack() as stack:
        yield _steps(session, request, stack)


async def _steps(session: Session, request: ActionRequest, stack: AsyncExitStack) -> AsyncIterator[Step]:
    found = instruction_in(request.file.lines, request.span)
    if found is not None and not request.instruction:
        request = dataclasses.replace(request, instruction=found.text)
    text: list[str] = []
    asked = ChatRequest(
        id=request.id,
        messages=_messages(request),
        model=request.model,
        options=SamplingOptions(temperature=TEMPERATURE),
    )
    async for event in await stack.enter_async_context(chat.stream(session, asked)):
        if isinstance(event, TextDelta):
            text.append(event.text)
        if isinstance(event, Finished):
            yield _outcome(request, "".join(text), event)
        else:
            yield event


def _messages(request: ActionRequest):
    diagnostic = request.diagnostic
    line = request.file.lines[diagnostic.span.start.line] if diagnostic else ""
    words = task(request.kind, request.file.language, request.instruction, diagnostic, line)
    around = f"File {request.file.name}:\n" + "".join(request.file.lines)
    return messages(SYSTEM[request.kind], Request(around, text_of(request.file.lines, request.span), words))


def _outcome(request: ActionRequest, answer: str, finished: Finished) -> Outcome:
    if request.kind in EXPLAINING:
        return Told(answer, finished.model)
    found = read_answer(answer, request.file, request.span)
    if isinstance(found, str):
        return Unusable(found, answer, finished.model)
    return Edited(found, answer, finished.model)

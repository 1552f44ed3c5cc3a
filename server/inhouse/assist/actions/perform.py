"""One action on a piece of code: a prompt made for the model that answers, its answer read as an edit or as text."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist import chat
from inhouse.assist.actions.prompt import EXPLAINING, Prompting
from inhouse.assist.actions.region import whole_lines
from inhouse.assist.actions.request import ActionRequest, Edited, Step, Told, Unusable
from inhouse.assist.actions.secrets import damage, restored
from inhouse.assist.session import Session
from inhouse.context.answer.extras import missing_imports
from inhouse.context.answer.read import read_answer
from inhouse.context.answer.region import Intent, Region, Unreadable
from inhouse.context.prompts.piece import edited, text_of
from inhouse.context.syntax import check
from inhouse.domain.actions import ActionKind
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Finished, FinishReason, Notice, TextDelta, ThinkingDelta
from inhouse.governance.redaction.redactor import Redactor

MOST_TRIES = 3
"""Of a prompt that turns out too long, each with half the code around the piece."""

_INTENTS = {
    ActionKind.FIX: Intent.FIX,
    ActionKind.REWRITE: Intent.REWRITE,
    ActionKind.DOCUMENT: Intent.DOCUMENT,
    ActionKind.COMPLETE: Intent.COMPLETE,
}


@asynccontextmanager
async def perform(session: Session, request: ActionRequest) -> AsyncGenerator[AsyncIterator[Step], None]:
    """What is heard of it, the outcome last. Leaving the context stops the generation at the backend.

    The iterator raises what chat.stream does.
    """
    async with AsyncExitStack() as stack:
        yield _steps(session, request, stack)


async def _steps(session: Session, request: ActionRequest, stack: AsyncExitStack) -> AsyncIterator[Step]:
    prompting = await Prompting.of(session, request)
    if prompting.notice is not None:
        yield Notice(prompting.notice)
    for tries_left in reversed(range(MOST_TRIES)):
        begun = False
        try:
            async for step in _once(session, request, prompting, stack):
                begun = begun or isinstance(step, TextDelta | ThinkingDelta)
                yield step
        except InhouseError as exc:
            if exc.kind is not ErrorKind.CONTEXT_OVERFLOW or begun or not tries_left:
                raise
            await stack.aclose()
            prompting = prompting.smaller()
        else:
            return


async def _once(
    session: Session, request: ActionRequest, prompting: Prompting, stack: AsyncExitStack
) -> AsyncIterator[Step]:
    text: list[str] = []
    async for event in await stack.enter_async_context(chat.stream(session, await prompting.chat())):
        if isinstance(event, TextDelta):
            text.append(event.text)
        if not isinstance(event, Finished):
            yield event
            continue
        for step in await asyncio.to_thread(_read, request, session.redactor, "".join(text), event):
            yield step


def _read(request: ActionRequest, redactor: Redactor, answer: str, finished: Finished) -> tuple[Step, ...]:
    """The outcome, with what the user is to be told before it. May take as long as comparing texts does."""
    model, region = finished.model, _region(request)
    if region is None:
        return (Told(answer, model),)
    if finished.finish_reason is FinishReason.CONTENT_FILTER:
        return (Unusable("The backend's content filter ended the answer.", answer, model),)
    text, notices = restored(answer, redactor)
    found = read_answer(text, region, cut=finished.finish_reason is FinishReason.LENGTH, syntax=check)
    if isinstance(found, Unreadable):
        return (Unusable(found.reason, answer, model),)
    lines = region.file.lines
    new = edited(lines, region.span, found)
    damaged = damage(text_of(lines, region.span), new, redactor)
    if damaged is not None:
        return (Unusable(damaged, answer, model),)
    creates = request.tests is not None and not request.tests.exists
    return (*notices, *_imports(text, region, new), Edited(region.file, found, answer, model, creates=creates))


def _imports(answer: str, region: Region, new: str) -> tuple[Notice, ...]:
    """What the user is to be told of imports that the answer counts on: they stand outside what may change."""
    brought = {line.strip() for line in new.splitlines()}
    missing = [line for line in missing_imports(answer, region) if line not in brought]
    return (Notice(f"Still to be added at the top of the file: {'; '.join(missing)}."),) if missing else ()


def _region(request: ActionRequest) -> Region | None:
    """What may change; None for an answer that is only to be read."""
    if request.kind in EXPLAINING:
        return None
    if request.kind is not ActionKind.TESTS:
        return Region(request.file, request.span, _INTENTS[request.kind])
    if request.tests is None:
        return None
    lines = request.tests.file.lines
    return Region(request.tests.file, whole_lines(lines, 0, len(lines) - 1), Intent.WHOLE_FILE)

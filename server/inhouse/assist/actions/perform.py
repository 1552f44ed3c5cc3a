"""One action on a piece of code: a prompt made for the model that answers, its answer read as an edit or as text."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist import asking
from inhouse.assist.actions.prompt import EXPLAINING, Prompting
from inhouse.assist.actions.region import whole_lines
from inhouse.assist.actions.request import ActionRequest, Edited, Step, Told, Unusable
from inhouse.assist.actions.secrets import damage, restored
from inhouse.assist.asking import Answer
from inhouse.assist.session import Session
from inhouse.context.answer.extras import missing_imports
from inhouse.context.answer.read import read_answer
from inhouse.context.answer.region import Intent, Region, Unreadable
from inhouse.context.prompts.piece import edited, text_of
from inhouse.context.syntax import check
from inhouse.domain.actions import ActionKind
from inhouse.domain.events import Notice
from inhouse.governance.redaction.redactor import Redactor

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

    async def attempt(limit: int) -> AsyncIterator[Step]:
        async for event in asking.answer(session, await prompting.chat(limit), stack):
            if not isinstance(event, Answer):
                yield event
                continue
            for step in await asyncio.to_thread(_read, request, session.redactor, event):
                yield step

    async for step in asking.halving(prompting.limit, attempt, stack):
        yield step


def _read(request: ActionRequest, redactor: Redactor, answer: Answer) -> tuple[Step, ...]:
    """The outcome, with what the user is to be told before it. May take as long as comparing texts does."""
    model, region = answer.finished.model, _region(request)
    if region is None:
        return (Told(answer.text, model),)
    if answer.filtered:
        return (Unusable(asking.FILTERED, answer.text, model),)
    text, notices = restored(answer.text, redactor)
    found = read_answer(text, region, cut=answer.cut, syntax=check)
    if isinstance(found, Unreadable):
        return (Unusable(found.reason, answer.text, model),)
    lines = region.file.lines
    new = edited(lines, region.span, found)
    damaged = damage(text_of(lines, region.span), new, redactor)
    if damaged is not None:
        return (Unusable(damaged, answer.text, model),)
    creates = request.tests is not None and not request.tests.exists
    return (*notices, *_imports(text, region, new), Edited(region.file, found, answer.text, model, creates=creates))


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

"""The message of a commit, written by a model from what the commit changes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from inhouse.assist import chat
from inhouse.assist.actions.room import room
from inhouse.assist.commit_changes import CommitChanges
from inhouse.assist.session import Session
from inhouse.context.answer.region import Unreadable
from inhouse.context.changes.fit import fit_changes
from inhouse.context.commit_message.prompt import SYSTEM, messages
from inhouse.context.commit_message.read import read_message
from inhouse.context.project_text import project_text
from inhouse.context.weight import Tokens
from inhouse.domain.conversation import ChatRequest, Message, SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, Notice, TextDelta, ThinkingDelta

MOST_TRIES = 3
"""Of a prompt that turns out too long, each with half the changes."""
ANSWER_TOKENS = 512
TEMPERATURE = 0.2


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """`model` is an id, or None for the default."""

    id: str
    changes: CommitChanges
    model: str | None = None
    embedded_stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The message, without a line end behind it; `finished` tells who wrote it."""

    message: str
    finished: Finished


@asynccontextmanager
async def write(session: Session, request: CommitRequest) -> AsyncGenerator[AsyncIterator[Event | Written], None]:
    """What is heard of it, `Written` last. Leaving the context stops the generation at the backend.

    The iterator raises what chat.stream does, and `bad_response` for an answer that holds no message.
    """
    async with AsyncExitStack() as stack:
        yield _steps(session, request, stack)


async def _steps(session: Session, request: CommitRequest, stack: AsyncExitStack) -> AsyncIterator[Event | Written]:
    changes = request.changes
    found = await room(session, request.model)
    project, notice = project_text(changes.project, found.context, found.tokens)
    if notice is not None:
        yield Notice(notice)
    limit = found.for_code("", SYSTEM + "".join(changes.subjects) + (project or ""))
    for tries_left in reversed(range(MOST_TRIES)):
        asked, cut = await asyncio.to_thread(_messages, changes, project, limit, found.tokens)
        begun = False
        try:
            async for step in _once(session, _chat(request, asked), stack):
                if not begun and isinstance(step, TextDelta | ThinkingDelta):
                    begun = True
                    for told in _told_of(cut):
                        yield told
                yield step
        except InhouseError as exc:
            if exc.kind is not ErrorKind.CONTEXT_OVERFLOW or begun or not tries_left:
                raise
            await stack.aclose()
            limit //= 2
        else:
            return


async def _once(session: Session, asked: ChatRequest, stack: AsyncExitStack) -> AsyncIterator[Event | Written]:
    text: list[str] = []
    async for event in await stack.enter_async_context(chat.stream(session, asked)):
        if isinstance(event, TextDelta):
            text.append(event.text)
        yield _written("".join(text), event) if isinstance(event, Finished) else event


def _written(answer: str, finished: Finished) -> Written:
    message = read_message(answer, cut=finished.finish_reason is FinishReason.LENGTH)
    if isinstance(message, Unreadable):
        raise InhouseError(
            kind=ErrorKind.BAD_RESPONSE,
            message=f"{finished.model} wrote no usable commit message: {message.reason}",
            hint="Try again, or with another model.",
            backend=finished.backend,
            model=finished.model,
        )
    return Written(message, finished)


def _messages(
    changes: CommitChanges, project: str | None, limit: int, tokens: Tokens
) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    shown, cut = fit_changes(changes.shown, limit, tokens)
    if changes.cut:
        cut = (*cut, "files behind these")
    return messages(shown, cut=cut, hidden=changes.hidden, subjects=changes.subjects, project=project), cut


def _chat(request: CommitRequest, asked: tuple[Message, ...]) -> ChatRequest:
    return ChatRequest(
        id=request.id,
        messages=asked,
        model=request.model,
        options=SamplingOptions(temperature=TEMPERATURE, max_tokens=ANSWER_TOKENS),
        initiator="commit message",
        embedded_stands_in=request.embedded_stands_in,
    )


def _told_of(cut: tuple[str, ...]) -> tuple[Notice, ...]:
    """What the user is to know: a message from a part of the changes may miss what matters."""
    if not cut:
        return ()
    names = ", ".join(cut[:3]) + (f" and {len(cut) - 3} more" if len(cut) > 3 else "")
    return (Notice(f"The model saw only a part of the changes, to fit its context: {names}."),)

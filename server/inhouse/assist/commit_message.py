"""The message of a commit, written by a model from what the commit changes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from inhouse.assist import asking
from inhouse.assist.asking import Answer
from inhouse.assist.commit_changes import CommitChanges
from inhouse.assist.room import room
from inhouse.assist.session import Session
from inhouse.context.answer.region import Unreadable
from inhouse.context.changes.fit import fit_changes
from inhouse.context.commit_message.prompt import SYSTEM, messages
from inhouse.context.commit_message.read import read_message
from inhouse.context.project_text import project_text
from inhouse.context.weight import Tokens
from inhouse.domain.conversation import ChatRequest, Message, SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, Notice, TextDelta, ThinkingDelta

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

    async def attempt(limit: int) -> AsyncIterator[Event | Written]:
        asked, cut = await asyncio.to_thread(_messages, changes, project, limit, found.tokens)
        told = _told_of(cut)
        async for event in asking.answer(session, _chat(request, asked), stack):
            if told is not None and isinstance(event, TextDelta | ThinkingDelta):
                yield told
                told = None
            yield _written(event) if isinstance(event, Answer) else event

    async for step in asking.halving(limit, attempt, stack):
        yield step


def _written(answer: Answer) -> Written:
    message, finished = read_message(answer.text, cut=answer.cut), answer.finished
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


def _told_of(cut: tuple[str, ...]) -> Notice | None:
    """What the user is to know: a message from a part of the changes may miss what matters."""
    if not cut:
        return None
    names = ", ".join(cut[:3]) + (f" and {len(cut) - 3} more" if len(cut) > 3 else "")
    return Notice(f"The model saw only a part of the changes, to fit its context: {names}.")

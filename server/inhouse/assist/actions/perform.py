"""One action on a piece of code: a prompt made for the model that answers, its answer read as an edit or as text."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist import chat
from inhouse.assist.actions.prompt import EXPLAINING, Prompting
from inhouse.assist.actions.request import ActionRequest, Edited, Outcome, Step, Told, Unusable
from inhouse.assist.session import Session
from inhouse.context.answer.read import read_answer
from inhouse.context.answer.region import Intent, Region, Unreadable
from inhouse.domain.actions import ActionKind
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Finished, FinishReason, TextDelta, ThinkingDelta

MOST_TRIES = 3
"""Of a prompt that turns out too long, each with half the code around the piece."""

_INTENTS = {
    ActionKind.FIX: Intent.FIX,
    ActionKind.REWRITE: Intent.REWRITE,
    ActionKind.DOCUMENT: Intent.DOCUMENT,
    ActionKind.COMPLETE: Intent.COMPLETE,
    ActionKind.TESTS: Intent.WHOLE_FILE,
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
    for tries_left in reversed(range(MOST_TRIES)):
        begun = False
        try:
            async for step in _once(session, request, prompting, stack):
                begun = begun or isinstance(step, TextDelta | ThinkingDelta)
                yield step
        except InhouseError as exc:
            if exc.kind is not ErrorKind.CONTEXT_OVERFLOW or begun or not tries_left or not prompting.can_shrink:
                raise
            await stack.aclose()
            prompting = prompting.smaller()
        else:
            return


async def _once(
    session: Session, request: ActionRequest, prompting: Prompting, stack: AsyncExitStack
) -> AsyncIterator[Step]:
    text: list[str] = []
    async for event in await stack.enter_async_context(chat.stream(session, prompting.chat())):
        if isinstance(event, TextDelta):
            text.append(event.text)
        if isinstance(event, Finished):
            yield _outcome(request, "".join(text), event)
        else:
            yield event


def _outcome(request: ActionRequest, answer: str, finished: Finished) -> Outcome:
    if request.kind in EXPLAINING:
        return Told(answer, finished.model)
    region = Region(request.file, request.span, _INTENTS[request.kind])
    found = read_answer(answer, region, cut=finished.finish_reason is FinishReason.LENGTH)
    if isinstance(found, Unreadable):
        return Unusable(found.reason, answer, finished.model)
    return Edited(request.file, found, answer, finished.model)

"""The command `inhouse.action`: does what a code action offers, and ends with one edit at most."""

from contextlib import AsyncExitStack

from lsprotocol import types

from inhouse.assist.actions.perform import perform
from inhouse.assist.actions.request import ActionRequest, Edited, Outcome, Told, Unusable
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import SourceFile
from inhouse.domain.conversation import LineRange
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Progress, TextDelta, ThinkingDelta
from inhouse.lsp import apply_edit, params, places
from inhouse.lsp.features import Serving, argument
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.stages import Stages


async def action(ls: InhouseServer, serving: Serving, call: types.ExecuteCommandParams) -> Shape:
    wanted = params.read(params.ActionParams, argument(call))
    session = await serving.sessions.current()
    document = ls.documents.get(wanted.uri)
    if document is None:
        raise InhouseError(kind=ErrorKind.INVALID_REQUEST, message="The document is not open.", hint="Open it first.")
    request = ActionRequest(
        id=ls.request_id,
        kind=ActionKind(wanted.kind),
        file=SourceFile(document.uri, "file.py", document.language_id, document.lines),
        span=places.to_span(document.lines, _area(wanted.range), ls.documents.encoding),
        instruction=wanted.instruction or "",
        model=wanted.model,
    )
    async with AsyncExitStack() as stack:
        progress = await stack.enter_async_context(ls.work_done(call.work_done_token, "Inhouse"))
        stages = await stack.enter_async_context(Stages(progress))
        outcome = await _outcome(session, request, stages)
        if isinstance(outcome, Edited):
            edit = apply_edit.workspace_edit(ls.client, document, outcome.edits, ls.documents.encoding)
            why = await apply_edit.apply(ls.client, edit, f"Inhouse ({outcome.model})")
            return {"outcome": "applied"} if why is None else {"outcome": "refused", "reason": why}
    return {"outcome": "refused"}


async def _outcome(session: Session, request: ActionRequest, stages: Stages) -> Outcome:
    async with perform(session, request) as steps:
        async for step in steps:
            if isinstance(step, Progress):
                stages.enter(step)
            elif isinstance(step, TextDelta | ThinkingDelta):
                stages.piece()
            elif isinstance(step, Edited | Unusable | Told):
                return step
    raise AssertionError("an action ends with an outcome")


def _area(found: params.Range) -> LineRange:
    start, end = found.start, found.end
    return LineRange(start.line, start.character, end.line, end.character)

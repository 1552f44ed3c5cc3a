"""The command `inhouse.action`: does what a code action offers, and ends with one edit at most."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lsprotocol import types

from inhouse.assist.actions import region
from inhouse.assist.actions.offers import is_below
from inhouse.assist.actions.request import ActionRequest
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.prompts.tasks import SYSTEM
from inhouse.context.syntax.near import block_near
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic, Related, SourceFile, Span
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import long_command, params
from inhouse.lsp.action_run import ActionRun
from inhouse.lsp.commit_message import FILE, CommitRun, is_commit_message
from inhouse.lsp.diagnostics import to_diagnostic
from inhouse.lsp.documents import Document
from inhouse.lsp.places import line_range, to_span
from inhouse.lsp.review_run import ReviewRun, Wanted
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving, argument
from inhouse.lsp.source_file import project_texts, sendable, source_file
from inhouse.lsp.test_target import find_target

_KINDS = tuple(kind.value for kind in (*SYSTEM, ActionKind.COMMIT_MESSAGE, ActionKind.REVIEW))


async def action(ls: InhouseServer, serving: Serving, call: types.ExecuteCommandParams) -> Shape:
    """The outcome, as the interface has it."""
    wanted = params.read(params.ActionParams, argument(call))
    kind = _kind(wanted.kind)
    session = await serving.sessions.current()
    if is_below(kind, session.config.actions.disabled):
        return {"outcome": "refused", "reason": f"{kind.value} is switched off by actions.disabled."}
    document = _open(ls, wanted.uri)
    if kind is ActionKind.COMMIT_MESSAGE:
        work = CommitRun(ls, session, _message_file(document), wanted.model or serving.selected.id).result
    elif kind is ActionKind.REVIEW:
        work = ReviewRun(ls, serving, session, Wanted((document.uri,), wanted.model)).result
    else:
        work = ActionRun(ls, session, document, await _request(ls, serving, session, document, wanted)).result
    return await long_command.run(ls, serving, call, document.uri, work)


async def _request(
    ls: InhouseServer, serving: Serving, session: Session, document: Document, wanted: params.ActionParams
) -> ActionRequest:
    """Raises `policy` for a document that is never sent."""
    kind, exclude = ActionKind(wanted.kind), session.config.privacy.exclude
    file = await asyncio.to_thread(source_file, document, ls.folders, exclude)
    diagnostic = await asyncio.to_thread(_diagnostic, ls, wanted, document, exclude)
    if diagnostic is not None:
        diagnostic = replace(diagnostic, suggestion=serving.findings.suggestion(document.uri, diagnostic))
    tests = await asyncio.to_thread(find_target, ls, session, document, file) if kind is ActionKind.TESTS else None
    return ActionRequest(
        id=ls.request_id,
        kind=kind,
        file=file,
        span=_span(ls, wanted, file, diagnostic),
        instruction=(wanted.instruction or "").strip(),
        diagnostic=diagnostic,
        model=wanted.model or serving.selected.id,
        tests=tests,
        project=await asyncio.to_thread(project_texts, document.uri, ls.folders, session),
    )


def _message_file(document: Document) -> Document:
    if not is_commit_message(document.uri):
        raise _invalid(f"A commit's message goes into git's file {FILE}.", "Run git commit, and ask there.")
    return document


def _kind(name: str) -> ActionKind:
    if name not in _KINDS:
        raise _invalid("The params are not valid: kind: there is no such action.", f"There are {', '.join(_KINDS)}.")
    return ActionKind(name)


def _open(ls: InhouseServer, uri: str) -> Document:
    document = ls.documents.get(uri)
    if document is None:
        raise _invalid("The document is not open, so that nothing can be done in it.", "Open it in the editor first.")
    return document


def _invalid(message: str, hint: str) -> InhouseError:
    return InhouseError(kind=ErrorKind.INVALID_REQUEST, message=message, hint=hint)


def _span(ls: InhouseServer, wanted: params.ActionParams, file: SourceFile, diagnostic: Diagnostic | None) -> Span:
    """The given range if it holds something, and nothing else; a bare place stands for what is around it."""
    given = to_span(file.lines, line_range(wanted.range), ls.documents.encoding)
    if not given.empty:
        return given
    block = block_near(file, given.start.line)
    if diagnostic is not None:
        return region.of_diagnostic(file.lines, diagnostic, block)
    if block is not None:
        return region.of_block(file.lines, ActionKind(wanted.kind), block)
    return region.whole_lines(file.lines, given.start.line, given.start.line)


def _diagnostic(
    ls: InhouseServer, wanted: params.ActionParams, document: Document, exclude: Sequence[str]
) -> Diagnostic | None:
    found = wanted.diagnostic
    if found is None:
        return None
    related = tuple(
        Related(name, each.location.range.start.line, each.message)
        for each in found.related_information or []
        if (name := _name(each.location.uri, ls.folders, exclude)) is not None
    )
    return to_diagnostic(found, document.lines, ls.documents.encoding, related)


def _name(uri: str, folders: tuple[Path, ...], exclude: Sequence[str]) -> str | None:
    try:
        return sendable(uri, folders, exclude)
    except InhouseError:
        return None  # the model is told of no file that it may not see

"""The command `inhouse.chat`: answers a question of a chat document in the document."""

from contextlib import AsyncExitStack

from lsprotocol import types

from inhouse.assist.chat_document import Delivery, answer
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.chat_document import front_matter
from inhouse.context.chat_document.document import SUFFIX, ChatDocument, Turn, parse
from inhouse.context.chat_document.request import messages
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import params as wire
from inhouse.lsp import uris
from inhouse.lsp.chat_document.as_edits import AsEdits
from inhouse.lsp.chat_document.as_values import AsValues
from inhouse.lsp.chat_document.at_end import AtEnd
from inhouse.lsp.chat_document.attached import Attaching
from inhouse.lsp.chat_document.offers import is_chat_document
from inhouse.lsp.chat_document.refresh import refresh_lenses
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.documents import Document
from inhouse.lsp.jobs import Jobs
from inhouse.lsp.jsonrpc import members
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.sessions import Sessions
from inhouse.lsp.stages import Stages


async def chat(
    ls: InhouseServer, sessions: Sessions, jobs: Jobs, params: types.ExecuteCommandParams, given: object
) -> Shape:
    """Cancelling this coroutine stops the backend; what has been answered until then stays in the document."""
    wanted = wire.read(wire.ChatDocumentParams, given)
    document = _document(ls, wanted.uri)
    if jobs.is_running(document.uri):
        raise InhouseError(
            kind=ErrorKind.BUSY,
            message="This chat document is being answered already.",
            hint="Wait for the answer, or stop it.",
        )
    try:
        with jobs.running(document.uri):
            await refresh_lenses(ls.client)
            return await _answer(ls, await sessions.current(), document, params.work_done_token, wanted)
    finally:
        await refresh_lenses(ls.client)


async def _answer(
    ls: InhouseServer, session: Session, document: Document, work_token: object, wanted: wire.ChatDocumentParams
) -> Shape:
    chat_document = parse(document.lines)
    question = _question(chat_document, wanted.position)
    request = await _request(ls, session, document, chat_document, question)
    async with AsyncExitStack() as stack:
        progress = await stack.enter_async_context(ls.work_done(work_token, "Inhouse"))
        stages = await stack.enter_async_context(Stages(progress))
        target = Target(ls.client, ls.documents, document, question, stages)
        finished = await answer(session, request, _delivery(target, stream_chat(ls), wanted.partial_result_token))
    return {"outcome": "answered", "model": finished.model, "finishReason": finished.finish_reason.value}


def _delivery(target: Target, how: str, token: wire.Token | None) -> Delivery:
    if how == "edits":
        return AsEdits(target)
    return AsValues(target, token) if how == "progress" and token is not None else AtEnd(target)


def stream_chat(ls: InhouseServer) -> str:
    """`end`, `progress` or `edits`, as the client's `initializationOptions` say."""
    how = members(members(ls.initialization_options).get("client")).get("streamChat")
    return how if how in ("progress", "edits") else "end"


def _document(ls: InhouseServer, uri: str) -> Document:
    document = ls.documents.get(uri)
    if document is None or not is_chat_document(uri):
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"A chat document must be open in the editor, under a name that ends in {SUFFIX}.",
            hint="Open a Markdown file of such a name; docs/chat-documents.md shows what goes into it.",
        )
    return document


def _question(document: ChatDocument, position: wire.Position | None) -> Turn:
    """The last turn, or the user's turn at `position`. Raises `invalid_request` where there is nothing to answer."""
    last = document.turns[-1] if document.turns else None
    found = last if position is None else document.question(position.line)
    if found is None or not found.is_question or not found.text:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message="There is no question to answer at the end of the chat document.",
            hint="Write one under a line `## You`.",
        )
    return found


async def _request(
    ls: InhouseServer, session: Session, document: Document, chat_document: ChatDocument, question: Turn
) -> ChatRequest:
    settings = front_matter.read(document.lines)
    path = uris.to_path(document.uri)
    attaching = Attaching(ls.documents, ls.folders, session.config.privacy.exclude, path and path.parent)
    attached = await attaching.attached(chat_document.turns, question)
    return ChatRequest(
        id=ls.request_id,
        messages=messages(chat_document, question, settings, attached),
        model=settings.model,
        options=settings.options,
        initiator="chat document",
    )

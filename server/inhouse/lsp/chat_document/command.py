"""The command `inhouse.chat`: answers a question of a chat document in the document."""

from lsprotocol import types

from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.chat_document import front_matter
from inhouse.context.chat_document.document import SUFFIX, ChatDocument, Turn, parse
from inhouse.context.chat_document.request import messages
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import long_command, params, uris
from inhouse.lsp.chat_document.attached import Attaching
from inhouse.lsp.chat_document.offers import is_chat_document
from inhouse.lsp.chat_document.refresh import refresh_lenses
from inhouse.lsp.chat_document.run import ChatRun
from inhouse.lsp.documents import Document
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving, argument


async def chat(ls: InhouseServer, serving: Serving, call: types.ExecuteCommandParams) -> Shape:
    """Cancelling this coroutine stops the backend; what has been answered until then stays in the document."""
    wanted = params.read(params.ChatDocumentParams, argument(call))
    document = _open(ls, wanted.uri)
    if serving.jobs.is_running(document.uri):
        raise InhouseError(
            kind=ErrorKind.BUSY,
            message="This chat document is being answered already.",
            hint="Wait for the answer, or stop it.",
        )
    try:
        with serving.jobs.running(document.uri):
            await refresh_lenses(ls.client)
            session = await serving.sessions.current()
            question, request = await _asked(ls, serving, session, document, wanted)
        run = ChatRun(ls, session, document, question, request, wanted.partial_result_token)
        streams = wanted.partial_result_token is not None
        return await long_command.run(ls, serving, call, document.uri, run.result, streams=streams)
    finally:
        await refresh_lenses(ls.client)


def _open(ls: InhouseServer, uri: str) -> Document:
    document = ls.documents.get(uri)
    if document is None or not is_chat_document(uri):
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"A chat document must be open in the editor, under a name that ends in {SUFFIX}.",
            hint="Open a Markdown file of such a name; docs/chat-documents.md shows what goes into it.",
        )
    return document


async def _asked(
    ls: InhouseServer, serving: Serving, session: Session, document: Document, wanted: params.ChatDocumentParams
) -> tuple[Turn, ChatRequest]:
    parsed = parse(document.lines)
    question = _question(parsed, wanted.position)
    settings = front_matter.read(document.lines)
    path = uris.to_path(document.uri)
    attaching = Attaching(ls.documents, ls.folders, session.config.privacy.exclude, path and path.parent)
    attached = await attaching.attached(parsed.turns, question)
    return question, ChatRequest(
        id=ls.request_id,
        messages=messages(parsed, question, settings, attached),
        model=settings.model or serving.selected.id,
        options=settings.options,
        initiator="chat document",
    )


def _question(document: ChatDocument, position: params.Position | None) -> Turn:
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

"""What can be done with a chat document: send its question, or stop the answer that is being written."""

from lsprotocol import types

from inhouse.context.chat_document.document import SUFFIX, Turn, parse
from inhouse.domain.actions import ActionKind
from inhouse.lsp import uris
from inhouse.lsp.documents import Document
from inhouse.lsp.jobs import Jobs


def is_chat_document(uri: str) -> bool:
    return uris.key(uri).endswith(SUFFIX)


def chat_actions(document: Document, jobs: Jobs) -> list[types.CodeAction]:
    """Code actions, of kind `source.inhouse.chat`; none where there is nothing to send or to stop."""
    offer = _offer(document, jobs)
    if offer is None:
        return []
    command, _ = offer
    return [types.CodeAction(title=command.title, kind=ActionKind.CHAT.value, command=command)]


def chat_lenses(document: Document, jobs: Jobs) -> list[types.CodeLens]:
    """Above the last question."""
    offer = _offer(document, jobs)
    if offer is None:
        return []
    command, turn = offer
    place = types.Position(line=turn.heading or 0, character=0)
    return [types.CodeLens(range=types.Range(start=place, end=place), command=command)]


def _offer(document: Document, jobs: Jobs) -> tuple[types.Command, Turn] | None:
    if not is_chat_document(document.uri):
        return None
    parsed = parse(document.lines)
    where = {"uri": document.uri}
    if jobs.is_running(document.uri):
        question = parsed.question()
        stop = types.Command(title="Stop the answer", command="inhouse.stop", arguments=[where])
        return (stop, question) if question else None
    last = parsed.turns[-1] if parsed.turns else None
    if last is None or not last.is_question:
        return None
    return types.Command(title="Send to the model", command="inhouse.chat", arguments=[where]), last

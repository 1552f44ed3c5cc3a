"""One edit at a place in a document that may have changed since the place was found."""

from collections.abc import Callable, Sequence

from inhouse.context.chat_document.place import moved
from inhouse.domain.code import Position
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp.chat_document.insertion import apply, heeds_versions, insertion
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.documents import Document, Documents

MOST_TRIES = 5

Words = Callable[[Sequence[str], Position], str]
"""The text for a place in the lines of the document as it is now."""


async def insert(target: Target, lines: Sequence[str], place: Position, words: Words) -> None:
    """Inserts at `place`, a place in `lines`, wherever it is now. Raises InhouseError where the client does not."""
    client, documents, uri = target.client, target.documents, target.document.uri
    for _ in range(MOST_TRIES):
        now = _open(documents, uri)
        here = moved(lines, now.lines, place)
        asked = insertion(now, here, words(now.lines, here), documents.encoding)
        applied = await apply(client, asked)
        if applied and not heeds_versions(client):
            return
        later = _open(documents, uri)
        # A client may say yes to an edit that it has dropped as stale. It has then sent the change that made it so
        # before it answered.
        if applied and (later.version == now.version or _holds(later, asked.text)):
            return
        if later.version == now.version:
            break
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message="The editor did not put the answer into the document.",
        hint="Send the question again.",
    )


def _holds(document: Document, text: str) -> bool:
    """However the editor changes white space."""
    return "".join(text.split()) in "".join(document.text.split())


def _open(documents: Documents, uri: str) -> Document:
    found = documents.get(uri)
    if found is None:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message="The chat document was closed before its answer came.",
            hint="Open it and send the question again.",
        )
    return found

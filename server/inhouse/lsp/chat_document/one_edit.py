"""One edit at a place in a document that may have changed since the place was found."""

from collections.abc import Callable, Sequence

from inhouse.context.chat_document.place import moved
from inhouse.domain.code import Position
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import apply_edit
from inhouse.lsp.chat_document.insertion import insert
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.documents import Document

MOST_TRIES = 5

Words = Callable[[Sequence[str], Position], str]
"""The text for a place in the lines of the document as it is now."""


async def insert_once(target: Target, lines: Sequence[str], place: Position, words: Words) -> None:
    """Inserts at `place`, a place in `lines`, wherever it is now. Raises InhouseError where the client does not."""
    failure = None
    for _ in range(MOST_TRIES):
        now = _open(target)
        here = moved(lines, now.lines, place)
        text = words(now.lines, here)
        failure = await insert(target, now, here, text, now.version)
        if failure is None and not apply_edit.takes_versions(target.client):
            return
        later = _open(target)
        # A client may say yes to an edit that it has dropped as stale. It has then sent the change that made it so
        # before it answered.
        if failure is None and (later.version == now.version or later.holds(text)):
            return
        if later.version == now.version:
            break
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=failure or "The editor did not take the edit.",
        hint="The answer is lost; send the question again.",
    )


def _open(target: Target) -> Document:
    found = target.documents.get(target.document.uri)
    if found is None:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message="The chat document was closed before its answer came.",
            hint="Open it and send the question again.",
        )
    return found

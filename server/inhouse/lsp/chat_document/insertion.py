"""Putting text into the client's document: at a place of the server's own choice, by `workspace/applyEdit`."""

from dataclasses import dataclass

from lsprotocol import types

from inhouse.domain.code import Position
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.documents import Document, Encoding, character_of
from inhouse.lsp.jsonrpc import members

TIMEOUT = 60.0
"""Seconds for the client's answer to an edit: some ask a person first."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """`version` None: whatever state the document is in."""

    uri: str
    version: int | None
    place: types.Position
    text: str


def insertion(document: Document, place: Position, text: str, encoding: Encoding) -> Insertion:
    """For the document as it is in `document`, in its line ends."""
    character = character_of(document.lines[place.line][: place.character], encoding)
    where = types.Position(line=place.line, character=character)
    return Insertion(document.uri, document.version, where, text.replace("\n", line_end(document)))


async def apply(client: Client, asked: Insertion) -> bool:
    """Whether the client says that it did; a no is an answer too. Raises InhouseError where it cannot be asked."""
    if not client.declares("workspace", "applyEdit"):
        raise InhouseError(
            kind=ErrorKind.UNSUPPORTED,
            message="This editor takes no edits from a language server, so that no answer can be written into it.",
            hint="An editor whose package asks for streamChat: progress needs none.",
        )
    edit = _document_changes(asked) if heeds_versions(client) else _changes(asked)
    try:
        reply = await client.request(
            types.WORKSPACE_APPLY_EDIT, types.ApplyWorkspaceEditParams(edit=edit), timeout=TIMEOUT
        )
    except RefusedByClient:
        return False
    return members(reply).get("applied") is True


def heeds_versions(client: Client) -> bool:
    """Whether the client takes edits that say which version they are for."""
    return client.declares("workspace", "workspaceEdit", "documentChanges")


def line_end(document: Document) -> str:
    first = document.lines[0]
    return first[len(first.rstrip("\r\n")) :] or "\n"


def _edit(asked: Insertion) -> types.TextEdit:
    return types.TextEdit(range=types.Range(start=asked.place, end=asked.place), new_text=asked.text)


def _changes(asked: Insertion) -> types.WorkspaceEdit:
    return types.WorkspaceEdit(changes={asked.uri: [_edit(asked)]})


def _document_changes(asked: Insertion) -> types.WorkspaceEdit:
    document = types.OptionalVersionedTextDocumentIdentifier(uri=asked.uri, version=asked.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=document, edits=[_edit(asked)])])

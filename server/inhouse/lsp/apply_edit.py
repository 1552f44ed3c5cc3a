"""`workspace/applyEdit`: edits of the core, as the client takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol import types

from inhouse.domain.code import SourceFile, TextEdit
from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.documents import Encoding
from inhouse.lsp.jsonrpc import members
from inhouse.lsp.places import to_range

ANSWER_SECONDS = 600.0
"""An editor may show the edit to a person first."""


@dataclass(frozen=True, slots=True)
class Change:
    """Edits of one document. `version` is the one that they speak of; None for one that is not open. With `creates`,
    the file is made first."""

    file: SourceFile
    edits: Sequence[TextEdit]
    version: int | None
    creates: bool = False


def takes_edits(client: Client) -> bool:
    return client.declares("workspace", "applyEdit")


def takes_versions(client: Client) -> bool:
    return client.declares("workspace", "workspaceEdit", "documentChanges")


def takes_new_files(client: Client) -> bool:
    operations = client.declared("workspace", "workspaceEdit", "resourceOperations")
    listed = isinstance(operations, list) and "create" in operations
    return takes_edits(client) and takes_versions(client) and listed


def workspace_edit(client: Client, change: Change, encoding: Encoding) -> types.WorkspaceEdit:
    """With versions where the client declares that it looks at them."""
    file = change.file
    edits = [
        types.TextEdit(range=to_range(file.lines, each.span, encoding), new_text=each.text) for each in change.edits
    ]
    if not takes_versions(client):
        return types.WorkspaceEdit(changes={file.uri: edits})
    named = types.OptionalVersionedTextDocumentIdentifier(uri=file.uri, version=change.version)
    edited = types.TextDocumentEdit(text_document=named, edits=edits)
    if not change.creates:
        return types.WorkspaceEdit(document_changes=[edited])
    return types.WorkspaceEdit(document_changes=[types.CreateFile(uri=file.uri), edited])


async def apply(client: Client, edit: types.WorkspaceEdit, label: str | None = None) -> str | None:
    """None once the client says that it is done, else why it is not, as a sentence."""
    params = types.ApplyWorkspaceEditParams(edit=edit, label=label)
    try:
        answer = await client.request("workspace/applyEdit", params, timeout=ANSWER_SECONDS)
    except RefusedByClient:
        return "The editor did not take the edit."
    except InhouseError as exc:
        return exc.message
    result = members(answer)
    if result.get("applied") is True:
        return None
    reason = result.get("failureReason")
    return f"The editor did not take the edit{f': {reason}' if isinstance(reason, str) and reason else '.'}"

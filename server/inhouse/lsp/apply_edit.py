"""`workspace/applyEdit`: edits of the core as the client takes them."""

from collections.abc import Sequence

from lsprotocol import types

from inhouse.domain.code import TextEdit
from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.documents import Document, Encoding
from inhouse.lsp.jsonrpc import members
from inhouse.lsp.places import to_range

ANSWER_SECONDS = 600.0
"""A client may show the edit to a person first."""


def takes_edits(client: Client) -> bool:
    return client.declares("workspace", "applyEdit")


def workspace_edit(client: Client, document: Document, edits: Sequence[TextEdit], encoding: Encoding):
    """Versioned where the client declares that it checks versions."""
    changes = [
        types.TextEdit(range=to_range(document.lines, edit.span, encoding), new_text=edit.text) for edit in edits
    ]
    if not client.declares("workspace", "workspaceEdit", "documentChanges"):
        return types.WorkspaceEdit(changes={document.uri: changes})
    named = types.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=named, edits=changes)])


async def apply(client: Client, edit: types.WorkspaceEdit, label: str) -> str | None:
    """None once the client says that it is done, else why it is not."""
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
    return (
        f"The editor did not take the edit: {reason}"
        if isinstance(reason, str)
        else "The editor did not take the edit."
    )

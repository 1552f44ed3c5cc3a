"""Text that the server puts into a chat document: at a place of its own choice, by `workspace/applyEdit`."""

from inhouse.domain.code import Position, SourceFile, Span, TextEdit
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import apply_edit
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.documents import Document


async def insert(target: Target, document: Document, place: Position, text: str, version: int | None) -> str | None:
    """None once the client says that it did, else why it did not, as a sentence. `place` is one in `document`, and
    `version` None goes for whatever state the client's document is in. Raises `unsupported`."""
    client = target.client
    if not apply_edit.takes_edits(client):
        raise InhouseError(
            kind=ErrorKind.UNSUPPORTED,
            message="This editor takes no edits from a language server, so that no answer can be written into it.",
            hint="An editor package that sets streamChat to progress needs none.",
        )
    edit = TextEdit(Span(place, place), in_line_ends_of(document, text))
    change = apply_edit.Change(SourceFile(document.uri, "", document.language_id, document.lines), (edit,), version)
    # Without a label: Neovim would show it with every edit.
    return await apply_edit.apply(client, apply_edit.workspace_edit(client, change, target.documents.encoding))


def in_line_ends_of(document: Document, text: str) -> str:
    first = document.lines[0]
    return text.replace("\n", first[len(first.rstrip("\r\n")) :] or "\n")

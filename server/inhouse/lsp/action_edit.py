"""An action's edits brought into the editor, whatever has become of the file while the model was at work."""

import asyncio
from dataclasses import replace

from inhouse.assist.actions.request import Edited
from inhouse.assist.session import Session
from inhouse.context.rebase import rebase
from inhouse.domain.errors import InhouseError
from inhouse.lsp import apply_edit
from inhouse.lsp.apply_edit import Change
from inhouse.lsp.documents import Document
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.test_target import is_there, reread

MOST_TRIES = 3
"""While the user types just when the edit comes."""
_CHANGED = "The code was changed while the model was at work on it."


async def bring(ls: InhouseServer, session: Session, uri: str, outcome: Edited) -> str | None:
    """None once the edits are made, all of them; else why they are not, as a sentence. `uri` is the document that the
    action began in."""
    for _ in range(MOST_TRIES):
        change = await _change(ls, session, uri, outcome)
        if change is None:
            return _CHANGED
        edit = apply_edit.workspace_edit(ls.client, change, ls.documents.encoding)
        failure = await apply_edit.apply(ls.client, edit, f"Inhouse ({outcome.model})")
        later = ls.documents.get(change.file.uri)
        if change.version is None or later is None or later.version == change.version:
            return failure
        # Neovim says yes to an edit that it has dropped as stale; it has sent the change that made it so before.
        if failure is None and (not apply_edit.takes_versions(ls.client) or _holds(later, outcome)):
            return None
    return _CHANGED


async def _change(ls: InhouseServer, session: Session, uri: str, outcome: Edited) -> Change | None:
    """In terms of the file as it is now; None where what the edits touch is not what it was."""
    now = ls.documents.get(outcome.file.uri)
    if now is not None:
        file, version = replace(outcome.file, lines=now.lines), now.version
    elif outcome.file.uri == uri:
        return None  # it was closed
    elif outcome.creates:
        there = await asyncio.to_thread(is_there, outcome.file)
        return None if there else Change(outcome.file, outcome.edits, None, creates=True)
    else:
        try:
            file, version = await asyncio.to_thread(reread, ls, session, outcome.file), None
        except InhouseError:
            return None
    if file.lines == outcome.file.lines:
        return Change(file, outcome.edits, version)
    edits = await asyncio.to_thread(rebase, outcome.edits, outcome.file.lines, file.lines)
    return None if edits is None else Change(file, edits, version)


def _holds(document: Document, outcome: Edited) -> bool:
    return all(document.holds(edit.text) for edit in outcome.edits)

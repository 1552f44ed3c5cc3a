"""A commit's message, written into the file that git opens for it."""

import asyncio
from pathlib import Path

from lsprotocol import types

from inhouse.assist.actions.request import Edited
from inhouse.assist.commit_changes import read_changes
from inhouse.assist.commit_message import CommitRequest, Written, write
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.config.files import UnreadableError, read_text
from inhouse.context.commit_message.insertion import insertion
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import SourceFile
from inhouse.domain.events import Notice
from inhouse.lsp import messages, stand_in, uris
from inhouse.lsp.action_edit import bring
from inhouse.lsp.documents import Document
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.stages import Stages

FILE = "COMMIT_EDITMSG"
TITLE = "Inhouse: write the commit message"
_START = types.Range(start=types.Position(line=0, character=0), end=types.Position(line=0, character=0))


def is_commit_message(uri: str) -> bool:
    path = uris.to_path(uri)
    return path is not None and path.name == FILE


def commit_action(document: Document) -> types.CodeAction:
    argument = {"kind": ActionKind.COMMIT_MESSAGE.value, "uri": document.uri, "range": _START}
    command = types.Command(title=TITLE, command="inhouse.action", arguments=[argument])
    return types.CodeAction(title=TITLE, kind=ActionKind.COMMIT_MESSAGE.value, command=command)


class CommitRun:
    """`document` is as the request found it."""

    def __init__(self, ls: InhouseServer, session: Session, document: Document, model: str | None) -> None:
        self._ls = ls
        self._session = session
        self._document = document
        self._model = model
        self._id = ls.request_id
        self._notices: list[str] = []

    async def result(self, stages: Stages) -> Shape:
        """Raises what reading the changes and writing the message do."""
        folder = await asyncio.to_thread(_folder, self._document.uri, self._ls.folders)
        changes = await read_changes(folder, self._session.config)
        request = CommitRequest(self._id, changes, self._model)
        return await self._put(
            await stand_in.asked(self._ls.client, request, lambda request: self._written(request, stages))
        )

    async def _written(self, request: CommitRequest, stages: Stages) -> Written:
        async with write(self._session, request) as steps:
            async for step in steps:
                match step:
                    case Written():
                        return step
                    case Notice(message):
                        self._notices.append(message)
                    case _:
                        stages.hear(step)
        raise AssertionError("a message is written, or an error raised")

    async def _put(self, written: Written) -> Shape:
        now = self._ls.documents.get(self._document.uri) or self._document
        file = SourceFile(now.uri, FILE, now.language_id, now.lines)
        edit = insertion(written.message, now.lines)
        outcome = Edited(file, (edit,), written.message, written.finished.model)
        failure = await bring(self._ls, self._session, now.uri, outcome)
        if failure is not None:
            messages.warning(self._ls.client, f"{failure} The message would have been: {written.message}")
            return {"outcome": "refused", "reason": failure}
        messages.info(self._ls.client, " ".join(self._notices))
        return {"outcome": "applied"}


def _folder(uri: str, folders: tuple[Path, ...]) -> Path:
    """The working tree that git was called in. The file lies in its `.git`; of a linked working tree in a folder of the
    main one's, whose `gitdir` says where it is."""
    path = uris.to_path(uri)
    assert path is not None
    if path.parent.name == ".git":
        return path.parent.parent
    try:
        told = read_text(path.parent / "gitdir")
    except UnreadableError:
        told = None
    if told is not None:
        return Path(told[0].strip()).parent
    return folders[0] if folders else path.parent

"""Documents that a chat message points to: the open buffer first, then the file, inside the workspace only."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from inhouse.domain.conversation import TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import params, uris
from inhouse.lsp.documents import Document, Documents, Encoding, split_lines
from inhouse.lsp.places import line_range
from inhouse.lsp.source_file import excludes, sendable
from inhouse.workspace.attachments import Attachment, read_attachment
from inhouse.workspace.exclude import real_path
from inhouse.workspace.root import root_for

Texts = Mapping[params.ResourcePart, TextPart]


async def read(
    messages: Sequence[params.Message], documents: Documents, folders: tuple[Path, ...], exclude: Sequence[str]
) -> Texts:
    """The text of every resource in `messages`; raises InhouseError for one that cannot or must not be read.

    `exclude` is `privacy.exclude`."""
    wanted = {
        part: documents.get(part.uri)
        for message in messages
        if not isinstance(message.content, str)
        for part in message.content
        if isinstance(part, params.ResourcePart)
    }
    if not wanted:
        return {}
    reader = _Reader(folders, exclude, documents.encoding)
    return await asyncio.to_thread(lambda: {part: reader.text(part, buffer) for part, buffer in wanted.items()})


class _Reader:
    def __init__(self, folders: tuple[Path, ...], exclude: Sequence[str], encoding: Encoding) -> None:
        self._folders = folders
        self._exclude = exclude
        self._encoding: Encoding = encoding

    def text(self, part: params.ResourcePart, buffer: Document | None) -> TextPart:
        if buffer is None:
            path = path_inside(part.uri, self._folders)
            found = read_attachment(path, root_for(self._folders, path), excludes(tuple(self._exclude)))
            buffer = Document(part.uri, 0, "", split_lines(found.text), self._encoding)
            name = found.name
        else:
            name = sendable(part.uri, self._folders, self._exclude)  # one that is excluded stays out also when open
        area = part.range and line_range(part.range)
        text = buffer.text if area is None else buffer.text_in(area)
        lines = f":{area.start_line + 1}-{area.end_line + 1}" if area else ""
        return TextPart(Attachment(name + lines, text).as_block())


def path_inside(uri: str, folders: tuple[Path, ...]) -> Path:
    """Of a file that is not open. Raises `invalid_request` for one that lies in no workspace folder, links followed."""
    path = uris.to_path(uri)
    if path is None or not any(real_path(path).is_relative_to(real_path(root)) for root in folders):
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message="A document that the request names is neither open nor a file inside the workspace.",
            hint="Open the document, or send its text.",
        )
    return path

"""The other open documents that may help a model to complete code in one."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from inhouse.context.syntax.languages import canonical
from inhouse.domain.code import SourceFile
from inhouse.domain.errors import InhouseError
from inhouse.lsp import uris
from inhouse.lsp.documents import Document, Documents
from inhouse.lsp.source_file import source_file
from inhouse.workspace.root import root_for

_MOST = 3
_LOOKED_AT = 8
_LONGEST = 20_000
"""Lines: the outline of more is not worth its time."""


def candidates(documents: Documents, document: Document) -> list[Document]:
    """Files of the same language, the last used first."""
    language = canonical(document.language_id)
    alike = (
        other
        for other in documents.beside(document)
        if canonical(other.language_id) == language and len(other.lines) <= _LONGEST
    )
    return list(islice(alike, _LOOKED_AT))


def neighbours(
    document: Document, others: Iterable[Document], folders: tuple[Path, ...], exclude: Sequence[str]
) -> tuple[SourceFile, ...]:
    """Those in the same workspace folder that may be sent. Asks the file system: call it in a thread."""
    root = _root(document, folders)
    if root is None:
        return ()
    found = (_sendable(other, folders, exclude) for other in others if _root(other, folders) == root)
    return tuple(islice(filter(None, found), _MOST))


def _root(document: Document, folders: tuple[Path, ...]) -> Path | None:
    """The folder that its name is relative to; None for what is no file."""
    path = uris.to_path(document.uri)
    return None if path is None else root_for(folders, path)


def _sendable(document: Document, folders: tuple[Path, ...], exclude: Sequence[str]) -> SourceFile | None:
    try:
        return source_file(document, folders, exclude)
    except InhouseError:
        return None  # the model is told of no file that it may not see

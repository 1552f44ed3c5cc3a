"""An open document as the core sees it: with the name that a model may be told, if it may be told of it at all."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from inhouse.assist.session import Session
from inhouse.domain.code import SourceFile
from inhouse.domain.project import ProjectText
from inhouse.lsp import uris
from inhouse.lsp.documents import Document
from inhouse.workspace.attachments import sendable_name
from inhouse.workspace.exclude import Excludes
from inhouse.workspace.instructions import read_instructions
from inhouse.workspace.root import root_for


def source_file(document: Document, folders: tuple[Path, ...], exclude: Sequence[str]) -> SourceFile:
    """Asks the file system where links lead: call it in a thread. Raises `policy` for a file that is excluded.

    `exclude` is `privacy.exclude`."""
    name = sendable(document.uri, folders, exclude)
    return SourceFile(document.uri, name, document.language_id, document.lines)


def sendable(uri: str, folders: tuple[Path, ...], exclude: Sequence[str]) -> str:
    """The name of a document as a model is told it; raises `policy` for one that is excluded."""
    path = uris.to_path(uri)
    if path is None:
        return "untitled"
    return sendable_name(path, root_for(folders, path), excludes(tuple(exclude)))


def project_texts(uri: str, folders: tuple[Path, ...], session: Session) -> tuple[ProjectText, ...]:
    """What the project says of itself, for the document at `uri`. Reads files: call it in a thread."""
    config = session.config
    patterns = excludes(tuple(config.privacy.exclude))
    return read_instructions(uris.to_path(uri), folders, config.prompts.instructions, patterns)


@lru_cache(maxsize=4)
def excludes(patterns: tuple[str, ...]) -> Excludes:
    """Compiled once: an editor asks for code actions with each move of the cursor."""
    return Excludes(patterns)

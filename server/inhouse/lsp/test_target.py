"""Where tests of an open document go: the project's own test file for it, as the editor or the disk has it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inhouse.assist.actions.request import TestTarget
from inhouse.assist.session import Session
from inhouse.domain.code import SourceFile
from inhouse.lsp import uris
from inhouse.lsp.documents import Document, split_lines
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.source_file import excludes, sendable
from inhouse.workspace.attachments import read_attachment
from inhouse.workspace.exclude import real_path
from inhouse.workspace.root import holding, root_for
from inhouse.workspace.test_files import find_test_file


def find_target(ls: InhouseServer, session: Session, document: Document, tested: SourceFile) -> TestTarget | None:
    """None where the project's conventions say nothing. Reads files: call it in a thread.

    Raises `policy` for a test file that is never sent, `invalid_request` for one that cannot be read."""
    path = uris.to_path(document.uri)
    root = None if path is None else holding(ls.folders, path)
    found = None if path is None or root is None else find_test_file(path, root)
    if found is None or root is None:
        return None
    if found.inside or real_path(found.path) == (path and real_path(path)):
        return TestTarget(tested, exists=True, framework=found.framework)
    file = root / found.path.relative_to(real_path(root))
    exclude = session.config.privacy.exclude
    name = sendable(file.as_uri(), ls.folders, exclude)
    lines = _lines(ls, file, root, exclude) if found.exists else [""]
    return TestTarget(
        SourceFile(file.as_uri(), name, document.language_id, lines), exists=found.exists, framework=found.framework
    )


def reread(ls: InhouseServer, session: Session, file: SourceFile) -> SourceFile:
    """A file that is not open in the editor, as it is now."""
    path = uris.to_path(file.uri)
    assert path is not None
    return replace(file, lines=_lines(ls, path, root_for(ls.folders, path), session.config.privacy.exclude))


def is_there(file: SourceFile) -> bool:
    path = uris.to_path(file.uri)
    return path is not None and path.exists()


def _lines(ls: InhouseServer, file: Path, root: Path, exclude: Sequence[str]) -> Sequence[str]:
    buffer = ls.documents.get(file.as_uri())
    if buffer is not None:
        return buffer.lines
    return split_lines(read_attachment(file, root, excludes(tuple(exclude))).text)

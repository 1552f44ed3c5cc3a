"""The documents that a review names: the open ones as the editor has them, others as the disk has them."""

from collections.abc import Sequence
from pathlib import Path

from inhouse.assist.review.request import ReviewedFile
from inhouse.assist.session import Session
from inhouse.domain.code import SourceFile
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.findings import Skipped
from inhouse.lsp import uris
from inhouse.lsp.documents import split_lines
from inhouse.lsp.resources import path_inside
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.source_file import excludes, project_texts, sendable
from inhouse.workspace.attachments import read_attachment
from inhouse.workspace.exclude import Excludes
from inhouse.workspace.root import root_for

_SKIPPING = frozenset({ErrorKind.POLICY, ErrorKind.INVALID_REQUEST})
"""Files that are never sent, and ones that cannot be read as text."""


def read_files(
    ls: InhouseServer, session: Session, wanted: Sequence[str]
) -> tuple[tuple[ReviewedFile, ...], tuple[Skipped, ...]]:
    """Each once. Reads files: call it in a thread. Raises `invalid_request` for what is neither open nor inside of the
    workspace."""
    reviewed: list[ReviewedFile] = []
    skipped: list[Skipped] = []
    for uri in {uris.key(uri): uri for uri in wanted}.values():
        if ls.documents.get(uri) is None:
            path_inside(uri, ls.folders)
        found = _read(ls, session, uri)
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            reviewed.append(found)
    return tuple(reviewed), tuple(skipped)


def _read(ls: InhouseServer, session: Session, uri: str) -> ReviewedFile | Skipped:
    config = session.config
    path = uris.to_path(uri)
    try:
        file = _file(ls, uri, path, config.privacy.exclude)
    except InhouseError as exc:
        if exc.kind not in _SKIPPING:
            raise
        return Skipped("untitled" if path is None else path.name, exc.message)
    if _matches(config.review.ignore, path, ls.folders):
        return Skipped(file.name, "The setting review.ignore leaves it out.")
    return ReviewedFile(
        file,
        project_texts(uri, ls.folders, session),
        tuple(rule.text for rule in config.review.rules if _matches([rule.paths], path, ls.folders)),
    )


def _file(ls: InhouseServer, uri: str, path: Path | None, exclude: Sequence[str]) -> SourceFile:
    name = sendable(uri, ls.folders, exclude)
    document = ls.documents.get(uri)
    if document is not None:
        return SourceFile(document.uri, name, document.language_id, document.lines)
    assert path is not None
    found = read_attachment(path, root_for(ls.folders, path), excludes(tuple(exclude)))
    return SourceFile(uri, name, path.suffix.removeprefix("."), split_lines(found.text))


def _matches(patterns: Sequence[str], path: Path | None, folders: tuple[Path, ...]) -> bool:
    if path is None or not patterns:
        return False
    return Excludes(patterns).matches(path, root_for(folders, path))

"""Files in which a project gives its rules to assistants: AGENTS.md and others (`prompts.instructions`)."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from inhouse.config.files import UnreadableError, read_text
from inhouse.domain.project import ProjectText
from inhouse.workspace.exclude import Excludes, real_path

_log = logging.getLogger(__name__)


def read_instructions(
    path: Path | None, roots: Sequence[Path], names: Sequence[str], excludes: Excludes
) -> tuple[ProjectText, ...]:
    """The rules for the file at `path`, in the order of `names`; those of the first root where there is no file.

    A bare name is looked for beside the file and then upwards, and the nearest counts; a name with a slash is relative
    to the root. Only text files inside of the root are read, whatever links say; what cannot be read is left out.
    """
    root = _root(path, roots)
    if root is None:
        return ()
    found = (_nearest(name, path, root, excludes) for name in dict.fromkeys(names))
    return tuple(text for text in found if text is not None)


def _root(path: Path | None, roots: Sequence[Path]) -> Path | None:
    """The innermost workspace folder that holds the file."""
    if path is None:
        return next(iter(roots), None)
    holding = [root for root in roots if real_path(path).is_relative_to(real_path(root))]
    return max(holding, key=lambda root: len(real_path(root).parts), default=None)


def _nearest(name: str, path: Path | None, root: Path, excludes: Excludes) -> ProjectText | None:
    wanted = PurePosixPath(name)
    if wanted.is_absolute() or ".." in wanted.parts or not wanted.parts:
        return None
    real_root = real_path(root)
    folders = _upwards(real_path(path).parent, real_root) if path and len(wanted.parts) == 1 else (real_root,)
    for folder in folders:
        text = _read(folder / wanted, real_root, excludes)
        if text is not None:
            return ProjectText((folder / wanted).relative_to(real_root).as_posix(), text)
    return None


def _upwards(folder: Path, root: Path) -> Iterator[Path]:
    yield folder
    yield from (each for each in folder.parents if each.is_relative_to(root))


def _read(file: Path, root: Path, excludes: Excludes) -> str | None:
    if not real_path(file).is_relative_to(root) or excludes.matches(file, root):
        return None
    try:
        found = read_text(file)
    except UnreadableError as exc:
        _log.warning("The instructions in %s are left out: the file %s.", file.name, exc)
        return None
    return found[0] if found and found[0].strip() and "\0" not in found[0] else None

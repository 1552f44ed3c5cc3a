"""Which folder is the project: for a program that is started somewhere inside it, and for a file in an editor."""

from collections.abc import Iterable
from pathlib import Path

from inhouse.workspace.exclude import real_path


def root_of(folder: Path) -> Path:
    """The nearest folder upwards that holds a `.git`; else `folder` itself."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def holding(folders: Iterable[Path], path: Path) -> Path | None:
    """The workspace folder that a file lies in; an editor and the user may each reach it through other links."""
    real = real_path(path)
    return next(
        (root for root in folders if path.is_relative_to(root) or real.is_relative_to(real_path(root))),
        None,
    )


def root_for(folders: Iterable[Path], path: Path) -> Path:
    """The workspace folder that a file lies in, else the folder that it lies in itself."""
    return holding(folders, path) or path.parent

"""Which folder is the project, for a program that is started somewhere inside it."""

from pathlib import Path


def root_of(folder: Path) -> Path:
    """The nearest folder upwards that holds a `.git`; else `folder` itself."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)

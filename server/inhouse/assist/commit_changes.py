"""What a commit changes, as far as a model may be told, and how its project writes messages."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inhouse.config.schema import Config
from inhouse.context.changes.split import FileChange, split_diff
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.project import ProjectText
from inhouse.workspace.exclude import Excludes
from inhouse.workspace.git import range_diff, recent_subjects, staged_diff, top_level
from inhouse.workspace.instructions import read_instructions

RECENT_SUBJECTS = 10


@dataclass(frozen=True, slots=True)
class CommitChanges:
    """`hidden`: how many of the changed files are never sent. `cut`: git's diff was longer than is read."""

    shown: tuple[FileChange, ...]
    hidden: int
    cut: bool
    subjects: tuple[str, ...]
    project: tuple[ProjectText, ...]


async def read_changes(folder: Path, config: Config, revisions: str | None = None) -> CommitChanges:
    """Of the repository that holds `folder`: what is staged, or what `revisions` tell (workspace/git.range_diff).

    Raises `invalid_request` where there is no repository or nothing has changed, `policy` where nothing may be sent.
    """
    root = await top_level(folder)
    diff = await (staged_diff(root) if revisions is None else range_diff(root, revisions))
    changes = split_diff(diff.text)
    if not changes:
        raise _nothing(revisions)
    shown, project = await asyncio.to_thread(_readable, changes, root, config)
    if not shown:
        raise _nothing_to_show(len(changes))
    return CommitChanges(
        shown=shown,
        hidden=len(changes) - len(shown),
        cut=diff.cut,
        subjects=await recent_subjects(root, RECENT_SUBJECTS),
        project=project,
    )


def _readable(
    changes: Sequence[FileChange], root: Path, config: Config
) -> tuple[tuple[FileChange, ...], tuple[ProjectText, ...]]:
    """What may be sent, and what the project says of itself. Reads files, and asks where links lead."""
    excludes = Excludes(config.privacy.exclude)
    shown = tuple(change for change in changes if not _is_excluded(change, root, excludes))
    return shown, read_instructions(None, (root,), config.prompts.instructions, excludes)


def _is_excluded(change: FileChange, root: Path, excludes: Excludes) -> bool:
    """A file whose name cannot be read might be an excluded one."""
    return not change.path or any(excludes.matches(root / name, root) for name in {change.path, change.old_path})


def _nothing(revisions: str | None) -> InhouseError:
    if revisions is None:
        message, hint = (
            "Nothing is staged.",
            "Stage what is to be committed (`git add`), or name revisions with --diff.",
        )
    else:
        message, hint = f"{revisions} changes nothing.", "Name revisions that differ, as for `git diff`."
    return InhouseError(kind=ErrorKind.INVALID_REQUEST, message=message, hint=hint)


def _nothing_to_show(count: int) -> InhouseError:
    files = "the one changed file is" if count == 1 else f"all {count} changed files are"
    return InhouseError(
        kind=ErrorKind.POLICY,
        message=f"No message can be made: {files} never sent, by privacy.exclude or a built-in pattern for secrets.",
        hint="Write the message yourself.",
    )

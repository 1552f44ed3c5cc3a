"""Changes of a repository, by the `git` program.

A repository may be a stranger's, and its settings can name programs that git would run: fsmonitor, hooks, diff drivers,
filters, signature checkers, transports for missing objects. All of these are switched off, and nothing is compared with
files of the working tree, which would go through filters.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.workspace.git_program import Output, run_git

MOST_DIFF_BYTES = 16_000_000
_MOST_SUBJECT_BYTES = 64_000

_DIFF = (
    "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--submodule=short", "--ignore-submodules=dirty", "--patch",
    "--unified=3", "--inter-hunk-context=0", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative",
    "--diff-algorithm=histogram",
)  # fmt: skip
"""A diff that no setting of the user or the repository gives another shape."""


@dataclass(frozen=True, slots=True)
class Diff:
    """`cut`: there is more than MOST_DIFF_BYTES of it, and this is its beginning."""

    text: str
    cut: bool


async def top_level(folder: Path) -> Path:
    """The root of the working tree that holds `folder`. Raises `invalid_request` where there is none."""
    found = await _git(folder, "rev-parse", "--show-toplevel")
    return Path(_text(found).removesuffix("\n"))


async def staged_diff(root: Path) -> Diff:
    """What `git commit` would commit; before the first commit, everything that is staged."""
    return _diff(await _git(root, *_DIFF, "--cached", "--", most_bytes=MOST_DIFF_BYTES))


async def range_diff(root: Path, revisions: str) -> Diff:
    """What `A..B` changes, or `A...B` since they parted; of a single revision, what came since then.

    Raises `invalid_request` for revisions that are not there.
    """
    if ".." not in revisions:
        revisions = f"{revisions}..HEAD"
    return _diff(await _git(root, *_DIFF, "--end-of-options", revisions, "--", most_bytes=MOST_DIFF_BYTES))


async def recent_subjects(root: Path, count: int) -> tuple[str, ...]:
    """The subjects of the last commits, newest first; none before the first commit. Merges are left out."""
    log = (
        "log",
        "--no-show-signature",
        "--no-color",
        "--no-merges",
        f"--max-count={count}",
        "--format=%s",
        "HEAD",
        "--",
    )
    try:
        found = await _git(root, *log, most_bytes=_MOST_SUBJECT_BYTES)
    except InhouseError as exc:
        if exc.kind is ErrorKind.INVALID_REQUEST:
            return ()
        raise
    return tuple(line for line in _text(found).splitlines() if line.strip())


async def _git(folder: Path, *arguments: str, most_bytes: int = _MOST_SUBJECT_BYTES) -> Output:
    output = await run_git(folder, arguments, most_bytes, os.environ)
    if output.code == 0 or output.cut:
        return output
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=f"git could not do it: {output.complaint}.",
        hint="Run it in a git repository, with revisions that it has.",
    )


def _diff(output: Output) -> Diff:
    return Diff(_text(output), output.cut)


def _text(output: Output) -> str:
    return output.data.decode("utf-8", "replace")

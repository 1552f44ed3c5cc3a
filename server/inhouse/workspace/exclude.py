"""Files that are never sent to a model: those that usually hold secrets, and what `privacy.exclude` adds."""

import os
from collections.abc import Iterable
from pathlib import Path

from pathspec import GitIgnoreSpec

BUILT_IN = (
    # A folder named credentials holds source code more often than keys; a file of that name does not.
    "credentials",
    "!credentials/",
    ".env*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.tfstate",
    "*.tfstate.*",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".npmrc",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".htpasswd",
    ".vault-token",
    ".git",
    ".ssh/",
    ".aws/",
    ".gnupg/",
)
"""In .gitignore's language; upper and lower case are the same."""


def real_path(path: Path) -> Path:
    """Where it leads. Path.resolve raises for a loop of links, which is then left to whoever opens the file."""
    return Path(os.path.realpath(path))


class Excludes:
    """The patterns in force. A pattern that takes back another (`!`) is ignored: a later layer, which may be a
    stranger's repository, can only add."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._built_in = GitIgnoreSpec.from_lines(BUILT_IN)
        self._added = GitIgnoreSpec.from_lines(line for line in patterns if not line.strip().startswith("!"))

    def matches(self, path: Path, root: Path) -> bool:
        """Whether `path`, or what it links to, is excluded. Patterns with a slash are relative to `root`; the built-in
        ones count for every folder above it too, so that no choice of a root hides one."""
        return any(self._match(each, base) for each in (path, real_path(path)) for base in (root, real_path(root)))

    def _match(self, path: Path, root: Path) -> bool:
        path = path.absolute()
        whole = path.relative_to(path.anchor).as_posix()
        relative = path.relative_to(root).as_posix() if path.is_relative_to(root) else whole
        built_in = any(self._built_in.match_file(each.lower()) for each in (whole, relative))
        return built_in or self._added.match_file(relative)

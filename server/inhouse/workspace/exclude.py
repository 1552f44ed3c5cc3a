"""Files that are never sent to a model: those that usually hold secrets, and what `privacy.exclude` adds."""

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


class Excludes:
    """The patterns in force. A pattern that takes back another (`!`) is ignored: a later layer, which may be a
    stranger's repository, can only add."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._built_in = GitIgnoreSpec.from_lines(BUILT_IN)
        self._added = GitIgnoreSpec.from_lines(line for line in patterns if not line.strip().startswith("!"))

    def matches(self, path: Path, root: Path) -> bool:
        """Whether `path`, or what it links to, is excluded. Patterns with a slash are relative to `root`."""
        return any(self._match(each, base) for each in (path, path.resolve()) for base in (root, root.resolve()))

    def _match(self, path: Path, root: Path) -> bool:
        path = path.absolute()
        relative = path.relative_to(root if path.is_relative_to(root) else path.anchor).as_posix()
        return self._built_in.match_file(relative.lower()) or self._added.match_file(relative)

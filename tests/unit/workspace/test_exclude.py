"""Files with secrets are never sent, whatever a repository says about them."""

from pathlib import Path

import pytest

from inhouse.workspace.exclude import Excludes

ROOT = Path("/repo")


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        ".envrc",
        "deploy/.ENV",
        "tls/server.pem",
        "tls/Server.KEY",
        "a/id_rsa",
        "a/id_ed25519.bak",
        ".npmrc",
        ".netrc",
        ".pypirc",
        ".aws/credentials",
        "credentials",
        "passwords.kdbx",
        "prod.tfstate",
        "prod.tfstate.backup",
        "cert.p12",
        "cert.pfx",
        ".git/config",
        "sub/.git/config",
    ],
)
def test_secrets_are_excluded_out_of_the_box(path: str) -> None:
    assert Excludes().matches(ROOT / path, ROOT)
    assert Excludes().matches(Path("/elsewhere") / path, ROOT)


@pytest.mark.parametrize(
    "path",
    ["src/main.py", "id_map.py", "environment.py", "credentials/model.py", "keys.md", ".github/ci.yml", "git.md"],
)
def test_ordinary_files_are_not(path: str) -> None:
    assert not Excludes().matches(ROOT / path, ROOT)


@pytest.mark.parametrize(
    ("pattern", "path", "excluded"),
    [
        ("*.md", "docs/a.md", True),
        ("/build", "build/a.c", True),
        ("/build", "src/build/a.c", False),
        ("docs/**", "docs/x/y.txt", True),
        ("!.env", ".env", True),
        (" !.env", ".env", True),
    ],
)
def test_patterns_are_added_and_take_nothing_back(pattern: str, path: str, excluded: bool) -> None:
    assert Excludes([pattern]).matches(ROOT / path, ROOT) is excluded


def test_one_pattern_does_not_take_back_another() -> None:
    assert Excludes(["*.sql", "!dump.sql"]).matches(ROOT / "dump.sql", ROOT)


def test_a_link_is_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / ".env").touch()
    (link := tmp_path / "notes.txt").symlink_to(".env")
    assert Excludes().matches(link, tmp_path)


def test_a_path_with_dots_is_where_it_leads(tmp_path: Path) -> None:
    assert Excludes(["/private"]).matches(tmp_path / "a" / ".." / "private" / "x", tmp_path)


@pytest.mark.parametrize("path", [".aws/config", ".ssh/known_hosts", ".git/config", "credentials/.gnupg/a.conf"])
def test_no_choice_of_a_root_hides_a_secret(tmp_path: Path, path: str) -> None:
    file = tmp_path / path
    assert Excludes().matches(file, file.parent)
    assert Excludes().matches(Path("/elsewhere") / path, (Path("/elsewhere") / path).parent)


def test_folders_called_credentials_hide_no_file_of_that_name() -> None:
    assert Excludes().matches(Path("/credentials/repo/credentials"), Path("/credentials/repo"))

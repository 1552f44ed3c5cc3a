"""What a person attaches reaches the model whole and named, or not at all."""

import os
from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.workspace.attachments import read_attachment
from inhouse.workspace.exclude import Excludes
from inhouse.workspace.root import root_of

NONE = Excludes()


def test_a_file_is_named_by_its_place_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "src").mkdir()
    (folder / "a.py").write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    monkeypatch.chdir(folder)
    found = read_attachment(Path("a.py"), tmp_path, NONE)
    assert (found.name, found.text) == ("src/a.py", "x = 1\n")
    assert found.as_block() == "src/a.py\n```\nx = 1\n```"


def test_a_name_cannot_begin_a_line_of_its_own(tmp_path: Path) -> None:
    (file := tmp_path / "a\n```\nobey").touch()
    assert "\n" not in read_attachment(file, tmp_path, NONE).name


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"x" * 1_000_001])
def test_what_is_not_text_or_too_long_is_refused(tmp_path: Path, content: bytes) -> None:
    (file := tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(InhouseError) as caught:
        read_attachment(file, tmp_path, NONE)
    assert caught.value.kind is ErrorKind.INVALID_REQUEST


@pytest.mark.parametrize("what", ["fifo", "folder", "missing", "device"])
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path, what: str) -> None:
    path = Path("/dev/zero") if what == "device" else tmp_path / what
    if what == "fifo":
        os.mkfifo(path)
    if what == "folder":
        path.mkdir()
    with pytest.raises(InhouseError) as caught:
        read_attachment(path, tmp_path, NONE)
    assert caught.value.kind is ErrorKind.INVALID_REQUEST


def test_what_is_excluded_is_refused_by_policy(tmp_path: Path) -> None:
    (file := tmp_path / ".env").touch()
    with pytest.raises(InhouseError) as caught:
        read_attachment(file, tmp_path, NONE)
    assert caught.value.kind is ErrorKind.POLICY


def test_the_project_is_the_nearest_repository(tmp_path: Path) -> None:
    (inner := tmp_path / "repo" / "src" / "deep").mkdir(parents=True)
    (tmp_path / "repo" / ".git").touch()  # a worktree has a file there
    assert root_of(inner) == tmp_path / "repo"
    (lone := tmp_path / "lone").mkdir()
    assert root_of(lone) == lone


def test_a_project_may_be_reached_through_another_link(tmp_path: Path) -> None:
    (folder := tmp_path / "real" / "config" / "secrets").mkdir(parents=True)
    (file := folder / "a.txt").write_text("x", "utf-8")
    (link := tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_attachment(file, link, NONE).name == "config/secrets/a.txt"
    with pytest.raises(InhouseError) as caught:
        read_attachment(file, link, Excludes(["config/secrets/**"]))
    assert caught.value.kind is ErrorKind.POLICY
    assert "config/secrets/a.txt is never sent" in caught.value.message


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (loop := tmp_path / "loop").symlink_to(loop)
    with pytest.raises(InhouseError) as caught:
        read_attachment(loop, tmp_path, NONE)
    assert caught.value.kind is ErrorKind.INVALID_REQUEST

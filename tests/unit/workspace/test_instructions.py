"""A project's rules for assistants are read where they are meant to be, and nothing else is."""

import os
from pathlib import Path

import pytest

from inhouse.domain.project import ProjectText
from inhouse.workspace.exclude import Excludes
from inhouse.workspace.instructions import read_instructions

NAMES = ("AGENTS.md", ".github/copilot-instructions.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (root := tmp_path / "root").mkdir()
    put(root, ".github/copilot-instructions.md", "Be kind.")
    put(root, "AGENTS.md", "At the root.")
    put(root, "src/deep/a.py", "")
    return root


def put(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def read(root: Path, name: str | None = "src/deep/a.py", *patterns: str, exclude: str = "") -> list[tuple[str, str]]:
    path = root / name if name else None
    found = read_instructions(path, [root], patterns or NAMES, Excludes([exclude]))
    return [(each.name, each.text) for each in found]


def test_the_nearest_above_the_file_counts(root: Path) -> None:
    put(root, "src/AGENTS.md", "Nearer.")
    assert read(root) == [("src/AGENTS.md", "Nearer."), (".github/copilot-instructions.md", "Be kind.")]
    assert read(root, "b.py")[0] == ("AGENTS.md", "At the root.")


def test_without_a_file_those_at_the_root_count(root: Path) -> None:
    put(root, "src/AGENTS.md", "Nearer.")
    assert read(root, None)[0] == ("AGENTS.md", "At the root.")


def test_nothing_above_the_root_is_read(root: Path) -> None:
    (root / "AGENTS.md").unlink()
    put(root.parent, "AGENTS.md", "A stranger's.")
    assert [name for name, _ in read(root)] == [".github/copilot-instructions.md"]


@pytest.mark.parametrize("pattern", ["../secret", "/etc/hostname", "", ".", "link", "folder", "pipe"])
def test_no_name_leads_out_or_waits(root: Path, pattern: str) -> None:
    put(root.parent, "secret", "x")
    (root / "link").symlink_to(root.parent / "secret")
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    assert read(root, None, pattern) == []


def test_a_linked_folder_leads_nowhere(root: Path) -> None:
    put(root.parent, "out/AGENTS.md", "A stranger's.")
    put(root.parent, "out/a.py", "")
    (root / "linked").symlink_to(root.parent / "out")
    assert read(root, "linked/a.py") == []


def test_what_is_excluded_stays_out(root: Path) -> None:
    assert [name for name, _ in read(root, exclude="AGENTS.md")] == [".github/copilot-instructions.md"]


def test_no_names_no_rules(root: Path) -> None:
    assert read_instructions(root / "a.py", [root], (), Excludes()) == ()
    assert read_instructions(root / "a.py", [], NAMES, Excludes()) == ()


def test_the_innermost_folder_counts(root: Path) -> None:
    inner = root / "src"
    found = read_instructions(inner / "deep/a.py", [root, inner], ("AGENTS.md",), Excludes())
    assert found == ()
    put(inner, "AGENTS.md", "Inner.")
    assert read_instructions(inner / "deep/a.py", [root, inner], ("AGENTS.md",), Excludes()) == (
        ProjectText("AGENTS.md", "Inner."),
    )

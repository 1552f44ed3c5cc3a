"""A diff is taken apart by file whatever the files are called, and fitted into a prompt at the cost of the largest."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.changes.fit import fit_changes
from inhouse.context.changes.split import FileChange, split_diff
from inhouse.context.estimate import estimate_tokens

NAMES = ["plain.py", "with blank.py", "größe.py", 'quo"te.py', "tab\tname.py", "b/a b/x", "diff --git a/x b/x", "-- x"]


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@b", "-c", "core.quotePath=false", *args]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


@pytest.mark.parametrize("name", NAMES)
def test_files_keep_their_names(tmp_path: Path, name: str) -> None:
    git(tmp_path, "init", "-q")
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    for data in (b"text\n", b"\0binary", b""):
        file.write_bytes(data)
        git(tmp_path, "add", "--", name)
        (change,) = split_diff(git(tmp_path, "diff", "--cached"))
        assert (change.path, change.old_path) == (name, name)


def test_files_that_go_come_move_or_change_their_mode(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for name in ("gone", "old name", "mode", "changed"):
        (tmp_path / name).write_text(f"{name}\n--- a/x\n+++ b/y\ndiff --git a/z b/z\n" * 9)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    git(tmp_path, "rm", "-q", "gone")
    git(tmp_path, "mv", "old name", "new name")
    (tmp_path / "mode").chmod(0o755)
    (tmp_path / "changed").write_text("--- a/x\n")
    git(tmp_path, "add", ".")
    changes = split_diff(git(tmp_path, "diff", "--cached", "--find-renames"))
    assert {(change.old_path, change.path) for change in changes} == {
        ("gone", "gone"),
        ("old name", "new name"),
        ("mode", "mode"),
        ("changed", "changed"),
    }


@given(
    st.text()
    | st.lists(st.sampled_from(["diff --git a/x b/x\n", "--- a/x\n", "+++ b/x\n", '"', "@@", "\\"])).map("".join)
)
def test_any_text_is_taken_apart_without_loss(text: str) -> None:
    changes = split_diff(text)
    assert text.endswith("".join(change.text for change in changes))


def change(name: str, lines: int) -> FileChange:
    body = "".join(f"+line number {at} of {name}\n" for at in range(lines))
    return FileChange(name, name, f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -0,0 +1 @@\n{body}")


def test_changes_that_have_room_stay_whole() -> None:
    changes = [change("a.py", 3), change("b.py", 5)]
    assert fit_changes(changes, 10_000, estimate_tokens) == ("".join(each.text for each in changes), ())


def test_the_largest_is_cut_and_named_and_the_small_ones_stay_whole() -> None:
    small, large, other = change("a.py", 5), change("package-lock.json", 3000), change("z.py", 5)
    text, cut = fit_changes([small, large, other], 1000, estimate_tokens)
    assert cut == ("package-lock.json",)
    assert small.text in text
    assert other.text in text
    assert "more lines of this file are not shown]" in text
    assert 800 < estimate_tokens(text) <= 1000


@given(st.lists(st.integers(0, 400), max_size=12), st.integers(50, 3000))
def test_changes_never_take_more_than_their_room(lengths: list[int], room: int) -> None:
    changes = [change(f"{at}.py", length) for at, length in enumerate(lengths)]
    text, cut = fit_changes(changes, room, estimate_tokens)
    assert sum(estimate_tokens(part.text) for part in split_diff(text)) <= room
    assert set(cut) <= {each.path for each in changes}
    whole = [each for each in changes if each.text in text]
    assert {each.path for each in changes} == {each.path for each in whole} | set(cut)

"""Changes are read from a repository without letting it run anything, and in one form whatever its settings say."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from inhouse.context.changes.split import split_diff
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.workspace import git, git_program
from inhouse.workspace.git import range_diff, recent_subjects, staged_diff, top_level
from inhouse.workspace.git_program import run_git
from tests.repository import Repository


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


async def test_staged_changes_are_those_of_the_next_commit(repository: Repository) -> None:
    repository.commit("Begin", text="one\ntwo\n")
    repository.stage("a.txt", "one\nthree\n")
    repository.write("a.txt", "not staged\n")
    diff = await staged_diff(repository.root)
    assert diff.text.endswith("@@ -1,2 +1,2 @@\n one\n-two\n+three\n")
    assert not diff.cut


async def test_before_the_first_commit_everything_staged_is_new(repository: Repository) -> None:
    repository.stage("größe.txt", "neu\n")
    (change,) = split_diff((await staged_diff(repository.root)).text)
    assert change.path == "größe.txt"
    assert "+neu\n" in change.text
    assert await recent_subjects(repository.root, 5) == ()


async def test_range_is_told_by_two_revisions_by_their_parting_or_by_one(repository: Repository) -> None:
    repository.commit("Begin")
    repository.run("checkout", "-q", "-b", "other")
    repository.commit("Other", "other.txt")
    repository.run("checkout", "-q", "main")
    repository.commit("Main", "main.txt")
    paths = {
        revisions: [change.path for change in split_diff((await range_diff(repository.root, revisions)).text)]
        for revisions in ("other..main", "other...main", "HEAD~1")
    }
    assert paths == {"other..main": ["main.txt", "other.txt"], "other...main": ["main.txt"], "HEAD~1": ["main.txt"]}


async def test_subjects_are_the_last_ones_newest_first_without_merges(repository: Repository) -> None:
    for subject in ("Begin", "Go on", "End"):
        repository.commit(subject)
    repository.run("checkout", "-q", "-b", "other", "HEAD~1")
    repository.commit("Other", "other.txt")
    repository.run("merge", "-q", "-m", "Merge", "main")
    assert await recent_subjects(repository.root, 2) in (("Other", "End"), ("End", "Other"))


async def test_repository_is_found_from_a_folder_inside(repository: Repository) -> None:
    repository.write("deep/er/x", "")
    assert await top_level(repository.root / "deep" / "er") == repository.root.resolve()


@pytest.mark.parametrize("revisions", ["nowhere", "HEAD..nowhere", "--output=x", "-O/etc/passwd", "--no-index"])
async def test_revisions_that_are_not_there_are_told(repository: Repository, revisions: str) -> None:
    repository.commit("Begin")
    with pytest.raises(InhouseError) as caught:
        await range_diff(repository.root, revisions)
    assert caught.value.kind is ErrorKind.INVALID_REQUEST
    assert "git could not do it" in caught.value.message
    assert [path.name for path in repository.root.iterdir() if path.name != ".git"] == ["a.txt"]


async def test_folder_without_a_repository_or_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InhouseError, match="not a git repository"):
        await top_level(tmp_path)
    with pytest.raises(InhouseError, match="cannot be run"):
        await top_level(tmp_path / "nowhere")


HOSTILE = {
    "core.fsmonitor": "{trap}",
    "core.pager": "{trap}",
    "core.hooksPath": "{hooks}",
    "core.sshCommand": "{trap}",
    "core.editor": "{trap}",
    "diff.external": "{trap}",
    "diff.evil.command": "{trap}",
    "diff.evil.textconv": "{trap}",
    "filter.evil.clean": "{trap}",
    "filter.evil.smudge": "{trap}",
    "filter.evil.process": "{trap}",
    "gpg.program": "{trap}",
    "log.showSignature": "true",
    "pager.diff": "{trap}",
    "pager.log": "{trap}",
    "alias.diff": "!{trap}",
    "remote.origin.url": "ext::{trap}",
    "remote.origin.promisor": "true",
    "protocol.ext.allow": "always",
    "extensions.partialClone": "origin",
    "credential.helper": "!{trap}",
    "diff.submodule": "log",
}


@pytest.mark.skipif(os.name == "nt", reason="the trap is a shell script")
async def test_repository_runs_nothing_of_its_own(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    sprung = repository.root.parent / "sprung"
    hooks = repository.root.parent / "hooks"
    hooks.mkdir()
    for trap in (repository.root / "trap", hooks / "post-index-change", repository.root / "git"):
        trap.write_text(f"#!/bin/sh\necho $0 >> {sprung}\ncat\n")
        trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    signer = hooks / "signer"
    signer.write_text(
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho '-----BEGIN PGP SIGNATURE-----'\n"
    )
    signer.chmod(0o755)
    repository.commit("Begin")
    repository.stage("a.txt", "Go on\n")
    repository.run("-c", f"gpg.program={signer}", "commit", "-q", "-S", "-m", "Go on")
    repository.stage("a.txt", "staged\n")
    repository.stage(".gitattributes", "* diff=evil filter=evil\n")
    repository.write("a.txt", "changed again\n")
    blob = repository.run("rev-parse", "HEAD:a.txt").strip()
    for name, value in HOSTILE.items():
        repository.run("config", name, value.format(trap=repository.root / "trap", hooks=hooks))
    monkeypatch.setenv("PATH", os.pathsep.join([str(repository.root), "", os.environ["PATH"]]))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(repository.root / "trap"))

    assert "+staged" in (await staged_diff(repository.root)).text
    assert "+Go on" in (await range_diff(repository.root, "HEAD~1")).text
    assert await recent_subjects(repository.root, 5) == ("Go on", "Begin")
    # An object that is missing would be fetched from a "remote" that is a program.
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(InhouseError):
        await range_diff(repository.root, "HEAD~1")
    assert not sprung.exists(), sprung.read_text()


async def test_no_setting_gives_the_diff_another_form(repository: Repository) -> None:
    repository.commit("Begin", text="one\ntwo\n")
    repository.stage("a.txt", "one\nthree\n")
    plain = await staged_diff(repository.root)
    for name, value in {
        "color.ui": "always",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "0",
        "diff.wordRegex": ".",
        "diff.renames": "false",
        "diff.relative": "true",
    }.items():
        repository.run("config", name, value)
    assert await staged_diff(repository.root) == plain


async def test_index_that_a_hook_is_told_of_is_the_one_that_counts(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit FILE` makes an index of its own, and tells the hook of it."""
    repository.commit("Begin")
    other = repository.root / ".git" / "other-index"
    other.write_bytes((repository.root / ".git" / "index").read_bytes())
    repository.stage("b.txt", "only in the usual index\n")
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    assert (await staged_diff(repository.root)).text == ""


async def test_of_a_huge_diff_the_beginning_is_read(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "MOST_DIFF_BYTES", 100_000)
    repository.stage("big.txt", "line\n" * 200_000)
    diff = await staged_diff(repository.root)
    assert diff.cut
    assert len(diff.text) == 100_000


@pytest.mark.skipif(os.name == "nt", reason="the slow git is a shell script")
async def test_git_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.setattr(git_program, "GIT_SECONDS", 0.3)
    with pytest.raises(InhouseError) as caught:
        await run_git(folder, ["diff"], 1000, {"PATH": f"{slow.parent}:/usr/bin:/bin"})
    assert caught.value.kind is ErrorKind.TIMEOUT
    waiting = asyncio.create_task(run_git(folder, ["diff"], 1000, {"PATH": f"{slow.parent}:/usr/bin:/bin"}))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_without_git_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(InhouseError, match="no git"):
        await run_git(tmp_path, ["diff"], 1000, {"PATH": str(tmp_path)})

"""`inhouse commit-message` as a shell user or a git hook meets it."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import json_reply, stream
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Behaviour
from tests.repository import Repository
from tests.unit.cli.conftest import Cli
from tests.unit.cli.test_chat import asked, question

MESSAGE = "Read the token once\n\nIt was read twice."


def saying(text: str, finish_reason: str = "stop") -> Behaviour:
    return stream(*answers.chat_events([text], finish_reason=finish_reason), answers.DONE)


@pytest.fixture
def repository(cli: Cli, backend: FakeBackend) -> Repository:
    """The folder of the command line, with a commit, and a staged change; the model knows a message."""
    backend.answer(CHAT, saying(f"Here is the commit message:\n\n```\n{MESSAGE}\n```"))
    found = Repository(cli.folder)
    found.commit("Begin with the login", "login.py", "token = read()\n")
    found.stage("login.py", "token = read_once()\n")
    return found


@pytest.mark.usefixtures("repository")
def test_stdout_is_the_message_for_what_is_staged(cli: Cli, backend: FakeBackend) -> None:
    done = cli.run("commit-message")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{MESSAGE}\n", "")
    assert "+token = read_once()\n" in question(backend)
    assert "- Begin with the login\n" in question(backend)
    assert asked(backend)[0]["role"] == "system"


def test_range_of_commits_counts_instead_of_what_is_staged(
    cli: Cli, backend: FakeBackend, repository: Repository
) -> None:
    repository.run("stash", "-q")
    repository.commit("Go on", "other.py", "x = 1\n")
    assert cli.run("commit-message", "--diff", "HEAD~1").returncode == 0
    assert "+x = 1\n" in question(backend)
    assert "read_once" not in question(backend)


def test_it_works_from_a_folder_inside_and_reads_the_projects_notes(
    cli: Cli, backend: FakeBackend, repository: Repository
) -> None:
    repository.write("AGENTS.md", "Begin a subject with the ticket.")
    cli.folder = repository.write("deep/er/x", "").parent
    assert cli.run("commit-message", "--staged").returncode == 0
    assert "+token = read_once()\n" in question(backend)
    assert "Begin a subject with the ticket." in question(backend)


@pytest.mark.skipif(os.name == "nt", reason="the hook is a shell script")
def test_hook_of_git_gets_a_message_for_exactly_what_is_committed(
    cli: Cli, backend: FakeBackend, repository: Repository
) -> None:
    hook = repository.root / ".git" / "hooks" / "prepare-commit-msg"
    hook.parent.mkdir(exist_ok=True)
    environ = " ".join(f"{name}={shlex.quote(value)}" for name, value in cli.environ.items())
    hook.write_text(f'#!/bin/sh\n[ -n "$2" ] || env {environ} {sys.executable} -m inhouse commit-message >"$1"\n')
    hook.chmod(0o755)
    repository.commit("Another", "other.py", "x = 1\n")  # with a message of its own the hook does nothing
    assert backend.exchanges(CHAT) == []
    repository.write("other.py", "x = 2\n")
    repository.run("-c", "core.editor=true", "commit", "-q", "other.py")
    assert repository.run("log", "-1", "--format=%B").strip() == MESSAGE
    assert "+x = 2\n" in question(backend)
    assert "read_once" not in question(backend)


def test_what_must_not_be_sent_is_not_in_the_question(cli: Cli, backend: FakeBackend, repository: Repository) -> None:
    repository.stage(".env", "A=first-canary\n")
    repository.stage("plan.md", "second-canary\n")
    repository.stage("settings.py", 'password = "third4canary"\n')
    repository.run("mv", "login.py", "renamed.key")
    assert cli.run("commit-message", INHOUSE_PRIVACY__EXCLUDE='["*.md"]').returncode == 0
    assert "canary" not in question(backend)
    assert "read_once" not in question(backend)
    assert 'password = "INHOUSE_SECRET_' in question(backend)
    assert "The commit changes 3 files that must not be shown." in question(backend)


def test_commit_of_excluded_files_alone_is_refused(cli: Cli, backend: FakeBackend, repository: Repository) -> None:
    repository.run("reset", "-q", "--hard")
    repository.stage(".env", "A=first-canary\n")
    done = cli.run("commit-message")
    assert (done.returncode, done.stdout) == (4, "")
    assert "never sent" in done.stderr
    assert backend.exchanges(CHAT) == []


def test_nothing_staged_an_unknown_range_or_no_repository_is_wrong_usage(
    cli: Cli, repository: Repository, tmp_path: Path
) -> None:
    repository.run("reset", "-q", "--hard")
    for args, said in (
        (["commit-message"], "Nothing is staged."),
        (["commit-message", "--diff", "HEAD..HEAD"], "HEAD..HEAD changes nothing."),
        (["commit-message", "--diff", "nowhere"], "git could not do it"),
        (["commit-message", "--staged", "--diff", "HEAD"], "not allowed with"),
    ):
        done = cli.run(*args)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    cli.folder = tmp_path
    assert "not a git repository" in cli.run("commit-message").stderr


def test_changes_that_are_too_long_are_shown_in_part(cli: Cli, backend: FakeBackend, repository: Repository) -> None:
    repository.stage("package-lock.json", "".join(f'"line {at}": "{at * 7919}",\n' for at in range(9000)))
    assert cli.run("commit-message").returncode == 0
    assert "+token = read_once()\n" in question(backend)
    assert "Shown in part or not at all: package-lock.json." in question(backend)
    assert "more lines of this file are not shown]" in question(backend)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("answer", [saying("I'm sorry, I can't help with that."), saying("Fix the lo", "length")])
def test_answer_that_is_no_message_is_a_failure(cli: Cli, backend: FakeBackend, answer: Behaviour) -> None:
    backend.answer(CHAT, answer)
    done = cli.run("commit-message")
    assert (done.returncode, done.stdout) == (3, "")
    assert "wrote no usable commit message" in done.stderr


@pytest.mark.usefixtures("repository")
def test_embedded_model_stands_in_only_if_it_may(
    cli: Cli, backend: FakeBackend, home_with_model: dict[str, str]
) -> None:
    backend.answer(CHAT, json_reply({"error": {"message": "no"}}, status=500))
    environ = {name: home_with_model[name] for name in home_with_model if name.startswith("INHOUSE_")}
    environ["INHOUSE_EMBEDDED__ENABLED"] = "true"
    done = cli.run("commit-message", **environ)
    assert (done.returncode, done.stdout) == (3, "")
    assert "--allow-fallback" in done.stderr
    done = cli.run("commit-message", "--allow-fallback", **environ)
    assert (done.returncode, bool(done.stdout.strip())) == (0, True), done.stderr

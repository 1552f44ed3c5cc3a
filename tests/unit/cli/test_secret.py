"""`inhouse secret` as a shell user meets it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import locked
from tests.fakes.file_keyring import MODE, environment, stored, uses
from tests.fakes.server import FakeBackend
from tests.unit.cli.conftest import Cli

KEY = "sk-canary-4711-do-not-print"


@pytest.fixture
def ring(cli: Cli, tmp_path: Path) -> Path:
    (folder := tmp_path / "ring").mkdir()
    cli.environ |= environment(folder)
    return folder


def test_a_piped_key_is_stored_for_the_origin_and_used(cli: Cli, backend: FakeBackend, ring: Path) -> None:
    done = cli.run("secret", "set", "lab", stdin=f"{KEY}\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stored(ring) == {f"inhouse {backend.url}": KEY}
    backend.answer("GET /v1/models", locked(KEY, answers.models()))
    backend.answer("POST /v1/chat/completions", locked(KEY, answers.chat()))
    assert cli.run("chat", "Hi").returncode == 0
    gone = cli.run("secret", "delete", "lab")
    assert (gone.returncode, stored(ring)) == (0, {})
    failed = cli.run("chat", "Hi")
    assert failed.returncode == 3
    assert "`inhouse secret set lab`" in failed.stderr


def test_a_typed_key_is_not_echoed(cli: Cli, backend: FakeBackend, ring: Path) -> None:
    """On a terminal of its own, as a login shell has one: the prompt opens /dev/tty."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cli.folder)
        os.execve(sys.executable, [sys.executable, "-m", "inhouse", "secret", "set", "lab"], cli.environ)
    seen = b""
    while b"(not shown): " not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, f"{KEY}\n".encode())
    try:
        while data := os.read(terminal, 1000):
            seen += data
    except OSError:  # how Linux says that the other end is closed
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(terminal)
    assert KEY not in seen.decode()
    assert "is in the keyring" in seen.decode()
    assert list(stored(ring).values()) == [KEY]


def test_where_each_key_comes_from_is_listed_without_a_look_into_the_keyring(
    cli: Cli, backend: FakeBackend, ring: Path
) -> None:
    cli.run("secret", "set", "lab", stdin=KEY)
    user_file = Path(cli.environ["XDG_CONFIG_HOME"]) / "inhouse" / "inhouse.toml"
    user_file.write_text(
        f'[backends.lab]\nurl = "{backend.url}"\n[backends.a]\nurl = "http://a"\napi_key_env = "A_KEY"\n'
        '[backends.b]\nurl = "http://b"\napi_key_env = "B_KEY"\n'
        '[backends.c]\nurl = "http://c"\napi_key_command = ["/usr/bin/bank-sso", "token"]\n[backends.d]\nurl = "http://d"\n'
    )
    before = uses(ring)
    done = cli.run("secret", "list", A_KEY=KEY)
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert rows == [
        ["backend", "origin", "key from"],
        ["lab", backend.url, "keyring"],
        ["a", "http://a:80", "variable A_KEY"],
        ["b", "http://b:80", "none: B_KEY is not set"],
        ["c", "http://c:80", "command /usr/bin/bank-sso"],
        ["d", "http://d:80", "none"],
    ]
    assert uses(ring) == before
    assert KEY not in done.stdout + done.stderr


def test_a_key_that_a_backend_left_behind_can_be_deleted(cli: Cli, backend: FakeBackend, ring: Path) -> None:
    cli.run("secret", "set", "lab", stdin=KEY)
    moved = {"INHOUSE_BACKENDS__LAB__URL": "http://elsewhere"}
    assert f"-        {backend.url}" in cli.run("secret", "list", **moved).stdout
    assert cli.run("secret", "delete", backend.url, **moved).returncode == 0
    assert stored(ring) == {}


@pytest.mark.parametrize(
    ("args", "stdin", "says"),
    [
        (("set", "nope"), KEY, "No backend is named nope. Configured: lab."),
        (("set", "lab"), "", "No key was given."),
        (("set", "lab"), f"{KEY} {KEY}", "This is no key"),
        (("set", "lab"), "k" * 20_000, "more than 16384 characters"),
        (("set", "lab", KEY), KEY, "nrecognized arguments"),
        (("set",), KEY, "required"),
        (("delete", "lab"), KEY, "has no key for lab"),
        (("delete", "nope"), KEY, "No backend is named nope."),
    ],
)
def test_wrong_usage(cli: Cli, backend: FakeBackend, ring: Path, args: tuple[str, ...], stdin: str, says: str) -> None:
    done = cli.run("secret", *args, stdin=stdin)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert uses(ring) == []


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, "keyring is missing"),
        ({MODE: "locked"}, "keyring is locked"),
        ({MODE: "broken"}, "keyring cannot be used"),
    ],
)
def test_without_a_keyring_the_other_way_is_named(
    cli: Cli, backend: FakeBackend, ring: Path, environ: dict[str, str], says: str
) -> None:
    done = cli.run("secret", "set", "lab", stdin=KEY, **environ)
    assert done.returncode == 2
    assert says in done.stderr
    assert "api_key_env" in done.stderr
    assert KEY not in done.stderr


def test_a_state_folder_that_cannot_be_written(cli: Cli, backend: FakeBackend, ring: Path) -> None:
    done = cli.run("secret", "set", "lab", stdin=KEY, XDG_STATE_HOME="/dev/null")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_help_needs_no_keyring() -> None:
    program = "import sys; from inhouse.cli import secret; print('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"

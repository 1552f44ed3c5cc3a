"""An Emacs in a project, with a backend named `lab` or with the embedded model."""

import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.editors.emacs.running import Emacs
from tests.fakes.server import FakeBackend
from tests.skip_policy import require_program
from tests.user_file import write_user_file

PACKAGE = "emacs-nox, elpa-eglot"


@pytest.fixture
def lab() -> Generator[FakeBackend]:
    with FakeBackend() as backend:
        yield backend


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def emacs(workspace: Path, home: dict[str, str], lab: FakeBackend) -> Emacs:
    write_user_file(home, {"backends.lab": {"url": lab.url}})
    return Emacs(home, workspace, require_program("emacs", package=PACKAGE))


@pytest.fixture
def eglot(emacs: Emacs) -> None:
    """Emacs has it built in from 29 on."""
    there = [emacs.program, "--batch", "-f", "package-initialize", "--eval", "(require 'eglot)"]
    if subprocess.run(there, env=emacs.home, capture_output=True).returncode != 0:
        pytest.skip(f"needs eglot (system package: {PACKAGE})")


@pytest.fixture
def emacs_alone(workspace: Path, home_with_model: dict[str, str]) -> Emacs:
    """With no backend but the embedded model."""
    return Emacs(home_with_model, workspace, require_program("emacs", package=PACKAGE))

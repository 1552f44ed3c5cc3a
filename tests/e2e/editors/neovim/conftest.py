"""A Neovim in a project, with a backend named `lab`."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes.server import FakeBackend
from tests.user_file import write_user_file


@pytest.fixture
def lab() -> Generator[FakeBackend]:
    with FakeBackend() as backend:
        yield backend


@pytest.fixture
def neovim(tmp_path: Path, home: dict[str, str], lab: FakeBackend) -> Neovim:
    write_user_file(home, {"backends.lab": {"url": lab.url}})
    workspace = tmp_path / "project"
    (workspace / ".git").mkdir(parents=True)
    return Neovim(home, workspace)

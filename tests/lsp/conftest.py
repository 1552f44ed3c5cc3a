"""A real server process for each test, in a workspace and a home of its own."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.lsp import client
from tests.lsp.acting import Play
from tests.lsp.completing import Typist

StartClient = Callable[..., AbstractAsyncContextManager[client.EditorClient]]
"""`client.start_client` without its first two parameters, which it takes by name."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def start_client(home: dict[str, str], workspace: Path) -> StartClient:
    """Starts a server with nothing configured; `env=` gives it another environment, e.g. `home_with_model`."""
    return partial(client.start_client, env=home, workspace=workspace)


@pytest.fixture
def play(start_client: StartClient, workspace: Path) -> Play:
    """A scene of a code action: a server, a scripted model, an editor."""
    return Play(start_client, workspace)


@pytest.fixture
def typist(start_client: StartClient, home: dict[str, str], workspace: Path) -> Typist:
    """Somebody who types in a file and looks at what is suggested."""
    return Typist(start_client, home, workspace)

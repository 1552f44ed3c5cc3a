"""The real servers that the end-to-end tests share: each starts once, when the first test asks for it."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.backends.lab import Lab, labs
from tests.e2e.servers.llamacpp import HERMES, Options, llamacpp
from tests.e2e.servers.ollama import ollama
from tests.e2e.servers.running import RunningServer
from tests.fakes.kinds.under_test import Start


@pytest.fixture(scope="session")
def llamacpp_server(tmp_path_factory: pytest.TempPathFactory, embedded_model: Path) -> Generator[RunningServer]:
    """One slot of 2048 tokens, no key, a template for which the model calls tools.

    Shared: a test that stops, kills or restarts a server starts one of its own.
    """
    with llamacpp(tmp_path_factory.mktemp("llamacpp"), embedded_model, Options(template=HERMES)) as server:
        yield server


@pytest.fixture(scope="session")
def ollama_server(tmp_path_factory: pytest.TempPathFactory, embedded_model: Path) -> Generator[RunningServer]:
    """With the models `smol` (no tools) and `smol-tools`, `num_ctx` 2048 in both. Shared, see `llamacpp_server`."""
    with ollama(tmp_path_factory.mktemp("ollama"), embedded_model) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Lab]:
    """The server that the parameter, a Start, begins, and an editor that uses it."""
    start: Start = request.param
    with start.open() as server:
        async with labs(tmp_path_factory.mktemp("lab"), {start.name: server}) as found:
            yield found[start.name]

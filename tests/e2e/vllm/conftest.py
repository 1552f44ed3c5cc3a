"""The vLLMs of these tests; each takes a minute to start."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.servers.running import RunningServer
from tests.e2e.servers.vllm import Options, converted, vllm


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def vllm_server(
    tmp_path_factory: pytest.TempPathFactory, model_folder: Path, embedded_model: Path
) -> Generator[RunningServer]:
    """With a tool parser, and a template for which the small model calls tools."""
    model = converted(model_folder, embedded_model)
    with vllm(tmp_path_factory.mktemp("vllm"), model, Options(tool_parser=True)) as server:
        yield server

"""What every test may ask for: an isolated home, the embedded model, and the rule on skips."""

import signal
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
from platformdirs import user_data_path

from tests.home import isolated_home

pytest_plugins = ["tests.skip_policy"]

EMBEDDED_MODEL = "smollm2-135m-instruct.gguf"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a script started us in its background: children inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("inhouse", derandomize=True, deadline=None, database=None, max_examples=100)
hypothesis.settings.load_profile("inhouse")


@pytest.fixture
def home(tmp_path: Path) -> Generator[dict[str, str]]:
    """The environment of a user with nothing configured, whose folders all lie below `tmp_path`."""
    with isolated_home(tmp_path / "home") as variables:
        yield variables


@pytest.fixture(scope="session")
def embedded_model() -> Path:
    """The model that `make test` has pulled into the real user's data folder."""
    path = user_data_path("inhouse") / "models" / EMBEDDED_MODEL
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make test`, which pulls it")
    return path


@pytest.fixture
def home_with_model(home: dict[str, str], embedded_model: Path) -> dict[str, str]:
    """`home`, with the embedded model visible in it and nothing else configured.

    One thread: with as many as cores, llama.cpp is ten times slower as soon as anything else runs beside it.
    """
    return home | {"INHOUSE_EMBEDDED__MODEL": str(embedded_model), "INHOUSE_EMBEDDED__THREADS": "1"}

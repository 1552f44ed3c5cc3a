"""A keyring of the test's own, chosen by keyring's own configuration."""

from collections.abc import Generator
from pathlib import Path

import keyring.core
import pytest

from tests.fakes import file_keyring


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """The folder of its file."""
    (folder := tmp_path / "ring").mkdir()
    with monkeypatch.context() as patched:
        for name, value in file_keyring.environment(folder).items():
            patched.setenv(name, value)
        keyring.core.init_backend()
        yield folder
    keyring.core.init_backend()

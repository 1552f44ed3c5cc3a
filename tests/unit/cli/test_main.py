"""The last line of defence: an unexpected exception."""

import logging
from collections.abc import Generator
from pathlib import Path

import pytest

from inhouse.cli import main


def fail(*, config_file: Path | None, log_level: str, log_file: Path | None) -> int:
    """A server with a bug; it sets the level up itself, as the real one does."""
    logging.getLogger().setLevel(log_level.upper())
    raise ZeroDivisionError(config_file, log_file)


@pytest.fixture(autouse=True)
def untouched_logging() -> Generator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before


@pytest.mark.parametrize(("flags", "traceback"), [([], False), (["--log-level", "debug"], True)])
def test_a_bug_is_one_sentence_and_code_70(
    capsys: pytest.CaptureFixture[str], flags: list[str], traceback: bool
) -> None:
    assert main.run([*flags, "serve"], fail) == 70
    shown = capsys.readouterr().err
    assert shown.startswith("inhouse: Something went wrong that we did not expect (ZeroDivisionError).")
    assert ("Traceback" in shown) is traceback

"""The last line of defence: an unexpected exception."""

import logging
from collections.abc import Generator

import pytest

from inhouse.cli import commands, main


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_args: object) -> int:
        raise ZeroDivisionError("an inner thing")

    monkeypatch.setattr(commands, "models", fail)


@pytest.fixture(autouse=True)
def untouched_logging() -> Generator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before


@pytest.mark.usefixtures("bug")
@pytest.mark.parametrize(("flags", "traceback"), [([], False), (["--log-level", "debug"], True)])
def test_a_bug_is_one_sentence_and_code_70(
    capsys: pytest.CaptureFixture[str], flags: list[str], traceback: bool
) -> None:
    assert main.run([*flags, "models"]) == 70
    shown = capsys.readouterr().err
    assert shown.startswith("inhouse: Something went wrong that we did not expect (ZeroDivisionError).")
    assert ("Traceback" in shown) is traceback

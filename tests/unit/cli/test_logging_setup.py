"""A log may tell what somebody works on: nobody else may read it, and nothing may forge a line of it."""

import logging
import os
from pathlib import Path

import pytest

from inhouse.cli.logging_setup import OneLine, level_name, open_private
from inhouse.domain.errors import InhouseError


def test_a_log_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    (old := tmp_path / "old").write_text("before\n")
    old.chmod(0o644)
    for file in (old, tmp_path / "new"):
        with open_private(file) as stream:
            stream.write("after\n")
        assert file.stat().st_mode & 0o777 == 0o600
    assert old.read_text() == "before\nafter\n"


@pytest.mark.parametrize("plant", ["symlink", "hard link", "fifo", "folder"])
def test_a_planted_log_file_is_refused(tmp_path: Path, plant: str) -> None:
    (victim := tmp_path / "victim").write_text("mine")
    planted = tmp_path / "log"
    match plant:
        case "symlink":
            planted.symlink_to(victim)
        case "hard link":
            planted.hardlink_to(victim)
        case "fifo":
            os.mkfifo(planted)
        case _:
            planted.mkdir()
    with pytest.raises(InhouseError, match="cannot be used"):
        open_private(planted)
    assert victim.read_text() == "mine"


def test_a_record_is_one_line_whatever_a_server_sent() -> None:
    record = logging.makeLogRecord(
        {"msg": "it said %s", "args": ("a\n2026 ERROR forged \x1b[2J",), "levelname": "INFO"}
    )
    line = OneLine(with_traceback=False).format(record)
    assert "\n" not in line
    assert "\x1b" not in line


@pytest.mark.parametrize(("wanted", "shown"), [(True, True), (False, False)])
def test_tracebacks_are_in_the_debug_log_only(wanted: bool, shown: bool) -> None:
    try:
        raise ValueError("inner")
    except ValueError as exc:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (type(exc), exc, exc.__traceback__)})
    assert ("Traceback" in OneLine(with_traceback=wanted).format(record)) is shown


def test_the_flag_wins_over_the_variable() -> None:
    environ = {"INHOUSE_LOG_LEVEL": "Error"}
    assert (level_name("debug", environ), level_name(None, environ), level_name(None, {})) == ("debug", "error", None)


def test_an_unknown_level_in_the_environment_is_told() -> None:
    with pytest.raises(InhouseError, match="INHOUSE_LOG_LEVEL"):
        level_name(None, {"INHOUSE_LOG_LEVEL": "loud"})

"""The origins to which the user once said yes."""

import os
import stat
from pathlib import Path

import pytest

from inhouse.config.trust import read_trusted, remember
from inhouse.domain.origin import Origin

LAB, OTHER = Origin.parse("http://lab:8000"), Origin.parse("https://[2001:db8::1]")
FILE = "trusted-origins.json"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "new" / "state"


def test_yes_is_remembered(state: Path) -> None:
    assert read_trusted(state) == frozenset()
    remember(state, LAB)
    remember(state, OTHER)
    remember(state, LAB)
    assert read_trusted(state) == {LAB, OTHER}
    assert [path.name for path in state.iterdir()] == [FILE]


def test_files_are_private_whatever_the_umask(state: Path) -> None:
    before = os.umask(0)
    try:
        remember(state, LAB)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (state.parent, state, state / FILE)]
    assert modes == [0o700, 0o700, 0o600]


@pytest.mark.parametrize(
    "text", ["", "{", "5", '{"a": 1}', '["ftp://x"]', "[" * 100_000, "\x00", '["http://a", "nonsense"]']
)
def test_garbled_file_trusts_nobody_and_can_be_written_again(state: Path, text: str) -> None:
    state.mkdir(parents=True)
    (state / FILE).write_text(text)
    assert read_trusted(state) == frozenset()
    remember(state, LAB)
    assert read_trusted(state) == {LAB}


def test_file_that_others_may_write_trusts_nobody(state: Path) -> None:
    remember(state, LAB)
    (state / FILE).chmod(0o622)
    assert read_trusted(state) == frozenset()


def test_planted_link_is_neither_read_nor_written_through(state: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text('["http://evil"]')
    state.mkdir(parents=True)
    (state / FILE).symlink_to(target)
    assert read_trusted(state) == frozenset()
    remember(state, LAB)
    assert target.read_text() == '["http://evil"]'


def test_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert read_trusted(tmp_path / "file" / "state") == frozenset()
    with pytest.raises(OSError):
        remember(tmp_path / "file" / "state", LAB)

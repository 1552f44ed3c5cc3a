"""The two locks by which processes meet an engine; each descriptor stands for a process, since `flock` is a file's."""

import os
import stat
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from inhouse.inference.embedded.slot import Slot

if sys.platform == "win32":
    pytest.skip("there is no `fcntl`", allow_module_level=True)

from inhouse.inference.embedded import rendezvous


@pytest.fixture
def folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="ih-") as runtime:
        yield Path(runtime, "inhouse-0")


def arrived(folder: Path) -> int:
    presence = rendezvous.arrive(folder)
    assert presence is not None
    return presence


def test_the_last_one_is_alone_and_keeps_others_out(folder: Path) -> None:
    first, second = arrived(folder), arrived(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not rendezvous.alone(first, folder)
    os.close(first)
    assert rendezvous.alone(second, folder)
    assert rendezvous.arrive(folder) is None
    rendezvous.remove(folder)
    os.close(second)
    os.close(arrived(folder))


def test_a_folder_removed_on_arrival_is_not_the_one_that_others_meet_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = rendezvous.locked

    def removed_before(descriptor: int, kind: int) -> bool:
        folder.rmdir()
        folder.mkdir(0o700)
        return locked(descriptor, kind)

    monkeypatch.setattr(rendezvous, "locked", removed_before)
    assert rendezvous.arrive(folder) is None


def test_one_has_the_right_to_start_the_engine_until_it_is_closed(folder: Path) -> None:
    presence = arrived(folder)
    assert not rendezvous.has_engine(folder)
    claimed = rendezvous.claim(folder)
    assert claimed is not None
    assert rendezvous.has_engine(folder)
    assert rendezvous.claim(folder) is None
    os.close(claimed)
    assert not rendezvous.has_engine(folder)
    os.close(presence)


def test_a_process_is_killed_only_while_it_is_the_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def note(pid: int, _signal: int) -> None:
        killed.append(pid)

    monkeypatch.setattr(os, "kill", note)
    presence = arrived(folder)
    claimed = rendezvous.claim(folder)
    assert claimed is not None
    rendezvous.kill(folder)
    rendezvous.name_engine(claimed, 4321)
    rendezvous.kill(folder)
    os.close(claimed)
    rendezvous.kill(folder)
    assert killed == [4321]
    os.close(presence)


def test_another_users_folder_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(PermissionError, match="somebody else"):
        rendezvous.arrive(folder)


def test_a_mark_before_the_slot_is_seen_by_others_only(folder: Path) -> None:
    folder.mkdir()
    one, other = Slot(folder), Slot(folder)
    assert one.enter()
    assert one.enter()
    assert not other.enter()
    one.leave()
    assert other.enter()
    other.close()
    assert one.enter()
    one.close()

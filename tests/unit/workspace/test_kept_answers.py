"""Answers kept as files: private, few, and of harmless names."""

import stat
from pathlib import Path

from inhouse.workspace.kept_answers import KEPT, keep


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    path = keep(tmp_path / "a" / "b", "calc.py", "text\n")
    assert path.read_text("utf-8") == "text\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.name.startswith("calc-py-")
    assert path.name.endswith(".chat.md")


def test_the_oldest_go(tmp_path: Path) -> None:
    for number in range(KEPT + 5):
        keep(tmp_path, str(number), "")
    assert len(list(tmp_path.iterdir())) == KEPT


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    for name in ("../../x", "/etc/passwd", "", "a\nb", "x" * 500):
        assert keep(tmp_path, name, "").parent == tmp_path

"""A setting or an option that the pages do not have, or no longer have, is as good as hidden."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.unit.docs.pages import ROOT

SCRIPT = ROOT / "scripts" / "generate_docs.py"


def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *args], capture_output=True, text=True, check=False)


def test_the_committed_pages_are_up_to_date() -> None:
    checked = run("--check")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_page_that_differs_is_named_and_put_right(tmp_path: Path) -> None:
    docs = shutil.copytree(ROOT / "docs", tmp_path / "docs")
    page = docs / "configuration.md"
    right = page.read_text("utf-8")
    page.write_text(right.replace("| `idle_unload` |", "| `idle_unlaod` |"), "utf-8")

    checked = run("--check", "--docs", docs)
    assert checked.returncode == 1
    assert checked.stderr.startswith("docs/configuration.md is out of date; run ")
    assert page.read_text("utf-8") != right

    assert run("--docs", docs).returncode == 0
    assert page.read_text("utf-8") == right


def test_a_page_that_has_lost_its_markers_is_not_written_over(tmp_path: Path) -> None:
    docs = shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (docs / "cli.md").write_text("# The command line\n", "utf-8")
    written = run("--docs", docs)
    assert (written.returncode, "there is no place for commands" in written.stderr) == (1, True)

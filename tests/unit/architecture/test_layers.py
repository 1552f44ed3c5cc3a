"""The layers of docs/architecture.md hold, and the tool that holds them would notice if they did not."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.unit.architecture.source import PACKAGE, ROOT

LINT = (
    "from importlinter.cli import lint_imports; raise SystemExit(lint_imports({config!r}, no_cache=True, no_logo=True))"
)


def lint(folder: Path) -> tuple[int, dict[str, bool]]:
    """The exit code for the package in `folder`, and which contract was kept."""
    command = [sys.executable, "-c", LINT.format(config=str(ROOT / "pyproject.toml"))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    lines = [line.partition(" (")[0].rpartition(" ") for line in done.stdout.splitlines()]
    return done.returncode, {name: word == "KEPT" for name, _, word in lines if word in ("KEPT", "BROKEN")}


def contracts() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def test_every_contract_is_kept() -> None:
    code, kept = lint(ROOT / "server")
    assert code == 0
    assert kept == dict.fromkeys(contracts(), True)


def test_every_contract_would_be_broken_by_what_it_forbids(tmp_path: Path) -> None:
    copy = tmp_path / "inhouse"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for module, line in {
        "context/upward.py": "import inhouse.assist.chat",
        "domain/http.py": "import httpx",
        "workspace/lazy.py": "def late() -> None:\n    import pygls.lsp.server",
        "governance/out.py": "from inhouse.inference.egress import channel",
        "assist/out.py": "from inhouse.inference.egress.channel import Channel",
        "inference/openai/cycle.py": "import inhouse.inference.remote",
    }.items():
        (copy / module).write_text(f"{line}\n")
    client = copy / "inference" / "openai" / "client.py"
    client.write_text(f"import inhouse.inference.openai.cycle\n{client.read_text('utf-8')}")
    code, kept = lint(tmp_path)
    assert code == 1
    assert kept == dict.fromkeys(contracts(), False)

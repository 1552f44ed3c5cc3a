"""What starting costs, and where files go, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOAD = """
import json, os, sys
from inhouse.config.load import Sources, load
from inhouse.config.paths import Paths
paths = Paths.current()
as_vscode_sends = {"inhouse": {"privacy": {"exclude": ["**/.env", "**/*.pem"]}}}
loaded = load(Sources(paths, os.environ, editor=as_vscode_sends))
heavy = sorted({"pydantic", "tomllib", "difflib", "pathspec"} & set(sys.modules))
folders = {name: str(getattr(paths, name)) for name in paths.__slots__}
print(json.dumps({"heavy": heavy, "problems": len(loaded.problems), **folders}))
"""


def start(environ: dict[str, str], *, uid: int | None = None) -> dict[str, object]:
    python_path = {"PYTHONPATH": str(Path(__file__).parents[3] / "server")}
    command = [sys.executable, "-c", LOAD]
    output = subprocess.run(command, env={**python_path, **environ}, user=uid, check=True, capture_output=True).stdout
    found: dict[str, object] = json.loads(output)
    return found


def test_without_files_nothing_heavy_is_imported(tmp_path: Path) -> None:
    assert start({"HOME": str(tmp_path)})["heavy"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_folders_follow_the_conventions(tmp_path: Path) -> None:
    found = start({"HOME": "/h", "XDG_STATE_HOME": str(tmp_path)})
    assert found["user_config"] == "/h/.config/inhouse/inhouse.toml"
    assert found["machine_config"] == "/etc/inhouse/inhouse.toml"
    assert found["system_policy"] == "/etc/inhouse/policy.toml"
    assert found["data"] == "/h/.local/share/inhouse"
    assert found["state"] == f"{tmp_path}/inhouse"


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "/nonexistent"}, {"HOME": "relative"}], ids=str)
def test_starts_without_a_usable_home(environ: dict[str, str]) -> None:
    found = start(environ)
    assert found["problems"] == 0
    assert all(Path(str(found[name])).is_absolute() for name in ("user_config", "data", "state", "cache", "runtime"))


def test_sockets_go_to_a_private_short_folder(tmp_path: Path) -> None:
    private, open_to_all, long = tmp_path / "p", tmp_path / "o", tmp_path / ("x" * 100)
    for folder, mode in ((private, 0o700), (open_to_all, 0o755), (long, 0o700)):
        folder.mkdir()
        folder.chmod(mode)
    expected = str(private) if len(str(private)) <= 64 else "/tmp"
    assert start({"XDG_RUNTIME_DIR": str(private)})["runtime"] == expected
    assert start({"XDG_RUNTIME_DIR": str(open_to_all)})["runtime"] == "/tmp"
    assert start({"XDG_RUNTIME_DIR": str(long), "TMPDIR": str(long)})["runtime"] == "/tmp"

"""Builds .venv from a lock file, if it is not there yet: `python3 scripts/environment.py requirements.lock`.

Run with the Python that the environment is to have, by the Makefile. It needs nothing but the standard library. Once
the environment is right it costs a few milliseconds and uses no network.
"""

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "inhouse-environment.json"
"""Which lock files are fully installed, each with the fingerprint of what was installed."""
COVERS = {"requirements-dev.lock": ("requirements-dev.lock", "requirements.lock")}
"""The development lock holds everything that the other one does, in the same versions."""


def main(lock: str) -> int:
    done = _done() if _usable() else None
    if done is not None and done.get(lock) == _fingerprint(lock):
        return 0
    started = time.monotonic()
    if done is None:
        _say(f"Creating .venv with Python {platform.python_version()} ...")
        if not _create():
            return 1
        done = {}
    _say(f"Installing {lock} into .venv (once; it needs the package index) ...")
    if not _install(lock):
        return 1
    done.update({name: _fingerprint(name) for name in COVERS.get(lock, (lock,))})
    _write_stamp(done)
    _say(f"The environment is ready ({time.monotonic() - started:.0f} s).")
    return 0


def _usable() -> bool:
    """Whether .venv was made at this place, by this very Python, and still runs.

    An environment holds absolute paths: a checkout that was moved or copied has one that points elsewhere.
    """
    try:
        made_by = (VENV / "pyvenv.cfg").read_text("utf-8")
    except OSError:
        return False
    if not any(line.startswith("command = ") and line.endswith(f" {VENV}") for line in made_by.splitlines()):
        return False
    probe = "import pip, sys; print(repr((sys.version, sys.base_prefix)))"
    try:
        answer = subprocess.run([PYTHON, "-I", "-c", probe], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return False
    return answer.stdout.strip() == repr((sys.version, sys.base_prefix))


def _done() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _fingerprint(lock: str) -> str:
    """Of all that decides what an installation puts into the environment."""
    parts = [(ROOT / name).read_bytes() for name in (lock, "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _create() -> bool:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            _say(
                f"{sys.executable} cannot make virtual environments, since its module {module} is missing: "
                f"install it (Debian, Ubuntu: apt install python{version}-venv), "
                "or name another Python (make demo PYTHON=/path/to/python3)."
            )
            return False
    if VENV.is_symlink():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    return _run([sys.executable, "-I", "-m", "venv", str(VENV)])


def _install(lock: str) -> bool:
    # The stamp goes first: an installation that breaks off must not leave one behind.
    STAMP.unlink(missing_ok=True)
    pip = [str(PYTHON), "-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    return _run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(ROOT / lock)]) and _run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)]
    )


def _run(command: list[str]) -> bool:
    # `user = true` in somebody's pip.conf cannot work in a virtual environment, and is an error there.
    environment = {**os.environ, "PIP_USER": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=2, check=False)  # noqa: S603
    if done.returncode != 0:
        _say(f"This failed, and what it says stands above: {' '.join(command)}")
    return done.returncode == 0


def _write_stamp(done: dict[str, str]) -> None:
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(done, indent=1), "utf-8")
    new.replace(STAMP)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

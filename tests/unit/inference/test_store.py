"""Which file a model's name or path stands for."""

from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.embedded import store

KNOWN = "smollm2-135m-instruct"


def refusal(model: str, folder: Path) -> InhouseError:
    with pytest.raises(InhouseError) as caught:
        store.resolve(model, folder)
    return caught.value


def model_file(path: Path, size: int = 100) -> Path:
    with path.open("wb") as file:
        file.write(b"GGUF")
        file.truncate(size)
    return path


def test_a_name_is_a_file_in_the_models_folder(tmp_path: Path) -> None:
    file = model_file(tmp_path / "own.gguf")
    assert store.resolve("own", tmp_path) == file


@pytest.mark.parametrize("shape", ["{}/x.gguf", "{}/x", "~/x.gguf"])
def test_a_path_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    name = shape.format(tmp_path)
    file = model_file(tmp_path / Path(name).name)
    assert store.resolve(name, tmp_path / "models") == file


@pytest.mark.parametrize("model", [KNOWN, "nobody-knows-it", "/nowhere/x.gguf"])
def test_a_missing_model_is_no_backend_with_the_command_that_helps(tmp_path: Path, model: str) -> None:
    error = refusal(model, tmp_path)
    assert error.kind is ErrorKind.NO_BACKEND
    assert "inhouse model pull" in error.hint


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a wheel", b"GGUF but cut off"])
def test_a_damaged_file_is_not_loaded(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{KNOWN}.gguf").write_bytes(content)
    assert "damaged" in refusal(KNOWN, tmp_path).message


def test_a_known_model_is_whole_by_its_size(tmp_path: Path) -> None:
    model_file(tmp_path / f"{KNOWN}.gguf", store.KNOWN[KNOWN].size)
    assert store.resolve(KNOWN, tmp_path)


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a b", "x" * 200, "né"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InhouseError):
        store.file_of(name, tmp_path)


def test_the_list_has_what_is_known_and_what_is_here(tmp_path: Path) -> None:
    model_file(tmp_path / "own.gguf")
    (tmp_path / ".pull-x").mkdir()
    (tmp_path / ".own.0123.part").touch()
    found = [(model.name, model.installed, model.licence) for model in store.listing(tmp_path)]
    assert found == [("own", True, None), (KNOWN, False, "Apache-2.0")]


def test_removing_takes_interrupted_downloads_along(tmp_path: Path) -> None:
    model_file(tmp_path / "own.gguf")
    (part := tmp_path / ".own.0123.part").touch()
    store.remove("own", tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not part.exists()

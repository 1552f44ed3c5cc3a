"""Keys in a keyring: each for one origin, and nothing is looked up that was not put there."""

import asyncio
import stat
from pathlib import Path

import keyring.core
import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret
from inhouse.inference.keys import keyring_store
from inhouse.inference.keys.keyring_store import INDEX, KeyringStore
from tests.fakes.file_keyring import MODE, stored, uses

KEY = Secret("sk-3f9a")
LAB, OTHER = Origin.parse("https://lab.example:8443"), Origin.parse("http://lab.example:8443")


@pytest.fixture
def store(tmp_path: Path) -> KeyringStore:
    return KeyringStore(tmp_path / "state")


async def test_a_key_is_kept_for_its_origin_only(store: KeyringStore, ring: Path, tmp_path: Path) -> None:
    await store.save(LAB, KEY)
    assert stored(ring) == {"inhouse https://lab.example:8443": KEY.reveal()}
    assert await KeyringStore(tmp_path / "state").find(LAB) == KEY
    assert await store.find(OTHER) is None
    await store.delete(LAB)
    assert (stored(ring), store.origins(), await store.find(LAB)) == ({}, frozenset(), None)


async def test_the_keyring_is_not_touched_for_an_origin_without_an_entry(store: KeyringStore, ring: Path) -> None:
    assert await store.find(LAB) is None
    assert store.stamp() is None
    await store.save(OTHER, KEY)
    before = uses(ring)
    assert await store.find(LAB) is None
    assert uses(ring) == before


async def test_the_index_holds_no_key_and_is_private(store: KeyringStore, ring: Path, tmp_path: Path) -> None:
    await store.save(LAB, KEY)
    index = tmp_path / "state" / INDEX
    assert KEY.reveal() not in index.read_text()
    assert stat.S_IMODE(index.stat().st_mode) == 0o600
    first = store.stamp()
    await store.save(LAB, Secret("sk-other"))
    assert store.stamp() not in (first, None)


async def test_an_index_that_others_may_write_does_not_count(store: KeyringStore, ring: Path, tmp_path: Path) -> None:
    await store.save(LAB, KEY)
    (tmp_path / "state" / INDEX).chmod(0o666)
    assert await store.find(LAB) is None


async def test_an_entry_that_the_keyring_lost_can_be_deleted(store: KeyringStore, ring: Path) -> None:
    await store.save(LAB, KEY)
    (ring / "keyring.json").unlink()
    assert await store.find(LAB) is None
    await store.delete(LAB)
    assert store.origins() == frozenset()


@pytest.mark.parametrize(
    ("mode", "says"), [("locked", "is locked"), ("broken", "cannot be used"), ("forgetful", "did not keep")]
)
async def test_a_keyring_that_does_not_serve_is_told_of(
    store: KeyringStore,
    ring: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    says: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(MODE, mode)
    with pytest.raises(InhouseError) as caught:
        await store.save(LAB, KEY)
    error = caught.value
    assert (error.kind, says in error.message, "api_key_env" in error.hint) == (ErrorKind.INVALID_CONFIG, True, True)
    assert store.origins() == frozenset()
    assert "sk-" not in f"{error.message} {error.hint} {caplog.text}"


async def test_a_machine_without_a_keyring(store: KeyringStore, monkeypatch: pytest.MonkeyPatch, ring: Path) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    keyring.core.init_backend()
    with pytest.raises(InhouseError) as caught:
        await store.save(LAB, KEY)
    assert "keyring is missing" in caught.value.message
    assert "api_key_env" in caught.value.hint


async def test_a_keyring_that_hangs_holds_one_thread_and_nobody_for_ever(
    store: KeyringStore, ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.save(LAB, KEY)
    before = len(uses(ring))
    monkeypatch.setenv(MODE, "stuck")
    monkeypatch.setattr(keyring_store, "KEYRING_SECONDS", 0.1)
    found = await asyncio.gather(*(store.find(LAB) for _ in range(3)), return_exceptions=True)
    found += await asyncio.gather(store.find(LAB), return_exceptions=True)
    assert all(isinstance(each, InhouseError) and "within 0.1 s" in each.message for each in found)
    assert len(uses(ring)) == before + 1
    monkeypatch.setattr(keyring_store, "KEYRING_SECONDS", 10)
    (ring / "keyring.go").touch()
    assert await store.find(LAB) == KEY

"""The background look at backends: soon at what failed, seldom at what is down, hardly at what is well."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from inhouse.assist import watch
from inhouse.assist.session import Session
from inhouse.assist.watch import Watch
from inhouse.domain.errors import ErrorKind
from inhouse.inference import catalog
from tests.unit.assist.backends import Memory, failing, session

FIRST = 0.05


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setattr(watch, "_TICK", 0.001)
    monkeypatch.setattr(watch, "FIRST_LOOK", FIRST)
    monkeypatch.setattr(catalog, "FAILURE_SECONDS", 0.0)


class Timed(Memory):
    """Knows when it was asked."""

    def __init__(self, name: str, *, down: bool = False) -> None:
        super().__init__(name, failure=failing(ErrorKind.UNREACHABLE) if down else None)
        self.times: list[float] = []

    def _note(self, call: str) -> None:
        super()._note(call)
        if call.startswith("models"):
            self.times.append(time.monotonic())
            self._news.set()

    @property
    def _news(self) -> asyncio.Event:
        return self.reached["another list"]

    async def until_asked(self, times: int) -> None:
        async with asyncio.timeout(10):
            while len(self.times) < times:
                self._news.clear()
                await self._news.wait()


class Rounds:
    """Sessions for a watch, and how often it asked for the one in force."""

    def __init__(self, now: Session) -> None:
        self.now = now
        self._count = 0
        self._enough = asyncio.Event()

    async def __call__(self) -> Session:
        self._count += 1
        if self._count >= 5:
            self._enough.set()
        return self.now

    async def some(self) -> None:
        self._count = 0
        self._enough.clear()
        async with asyncio.timeout(10):
            await self._enough.wait()


@asynccontextmanager
async def watching(on: Session) -> AsyncGenerator[Rounds]:
    rounds = Rounds(on)
    task = asyncio.create_task(Watch(rounds).run())
    try:
        yield rounds
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_nobody_is_asked_of_whom_nobody_wants_anything() -> None:
    lab = Timed("lab")
    async with watching(session(lab)) as rounds:
        await rounds.some()
    assert lab.calls == []


async def test_what_is_down_is_asked_at_growing_distances_and_its_neighbour_not_at_all() -> None:
    lab, gpu = Timed("lab", down=True), Timed("gpu")
    on = session(lab, gpu)
    await on.catalog.entries()
    async with watching(on):
        await lab.until_asked(5)
    gaps = [later - earlier for earlier, later in pairwise(lab.times)]
    assert all(gap >= 0.79 * FIRST * 2**number for number, gap in enumerate(gaps)), gaps
    assert len(gpu.times) == 1


async def test_longest_distance_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LONGEST_LOOK", FIRST)
    lab = Timed("lab", down=True)
    on = session(lab)
    await on.catalog.entries()
    async with watching(on):
        await lab.until_asked(8)
    assert lab.times[-1] - lab.times[0] < 8 * FIRST * 2**3


async def test_backend_that_failed_a_request_is_asked_at_once() -> None:
    lab = Timed("lab")
    on = session(lab)
    await on.catalog.entries()
    async with watching(on) as rounds:
        await rounds.some()
        assert len(lab.times) == 1
        on.catalog.forget("lab")
        await lab.until_asked(2)
        await rounds.some()
    assert len(lab.times) == 2


@pytest.mark.parametrize("how", ["by a list that somebody else asked for", "by new settings"])
async def test_failure_seen_is_looked_at_soon_although_all_was_well_before(how: str) -> None:
    lab = Timed("lab")
    on = session(lab)
    await on.catalog.entries()
    async with watching(on) as rounds:
        await rounds.some()
        lab.failure = failing(ErrorKind.UNREACHABLE)
        if how == "by new settings":
            rounds.now = session(lab)
        await rounds.now.catalog.entry("lab", refresh=True)
        lab.failure = None
        await lab.until_asked(3)
        await rounds.some()
        assert rounds.now.catalog.known()["lab"].failure is None


async def test_what_is_well_is_asked_again_when_its_list_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LONGEST_LOOK", FIRST)
    monkeypatch.setattr(catalog, "LIST_SECONDS", 0.0)
    lab = Timed("lab")
    on = session(lab)
    await on.catalog.entries()
    async with watching(on):
        await lab.until_asked(3)

"""Model lists are asked for once, remembered for a while, and a backend that fails harms no other."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from inhouse.assist.session import Session
from inhouse.domain.errors import ErrorKind
from inhouse.domain.models import Zone
from inhouse.governance.policy import Policy
from inhouse.inference.catalog import Catalog, Entry
from inhouse.inference.lessons import Lesson
from inhouse.inference.waiting import hurried
from tests.unit.assist.backends import AIR_GAPPED, OPEN, REFUSING, Memory, failing, heard, session


def catalog(*backends: Memory, policy: Policy = OPEN, changed: Callable[[], None] = lambda: None) -> Catalog:
    return Catalog({backend.name: backend for backend in backends}, policy, changed)


async def test_who_asks_meanwhile_waits_for_the_same_answer() -> None:
    lab = Memory("lab")
    lab.gate = asyncio.Event()
    found = catalog(lab)
    asking = [asyncio.create_task(found.entry("lab", refresh=at > 2)) for at in range(6)]
    await asyncio.sleep(0)
    lab.gate.set()
    entries = await asyncio.gather(*asking)
    assert lab.calls.count("models") == 1
    assert len({id(entry) for entry in entries}) == 1


async def test_a_cancelled_asker_leaves_the_others_their_answer() -> None:
    lab = Memory("lab")
    lab.gate = asyncio.Event()
    found = catalog(lab)
    first, second = (asyncio.create_task(found.entry("lab")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    lab.gate.set()
    assert (await second).models == lab.listed
    assert first.cancelled()


async def test_a_list_is_remembered_until_a_refresh() -> None:
    lab = Memory("lab")
    found = catalog(lab)
    for _ in range(3):
        await found.entry("lab")
    assert lab.calls.count("models") == 1
    await found.entry("lab", refresh=True)
    assert lab.calls[-1] == "models anew"
    found.forget("lab")
    await found.entry("lab")
    assert lab.calls.count("models") == 2


@pytest.mark.parametrize(
    ("failed", "seconds", "stale"),
    [(True, 4, False), (True, 6, True), (False, 6, False), (False, 59, False), (False, 61, True)],
)
def test_a_failure_is_forgotten_sooner_than_a_list(failed: bool, seconds: float, stale: bool) -> None:
    failure = failing(ErrorKind.UNREACHABLE) if failed else None
    assert Entry((), failure, Zone.LOCAL, time.monotonic() - seconds, 1).stale is stale


async def test_a_failure_is_remembered_for_a_moment() -> None:
    bad = Memory("bad", failure=failing(ErrorKind.UNREACHABLE))
    found = catalog(bad)
    for _ in range(3):
        await found.entry("bad")
    assert bad.calls.count("models") == 1


async def test_one_that_fails_is_an_entry_like_the_others() -> None:
    entries = await catalog(Memory("bad", failure=failing(ErrorKind.TIMEOUT)), Memory("good")).entries()
    failure = entries["bad"].failure
    assert failure is not None
    assert (failure.kind, entries["bad"].models) == (ErrorKind.TIMEOUT, ())
    assert [model.id.name for model in entries["good"].models] == ["m"]


async def test_a_change_is_told_once() -> None:
    told: list[None] = []
    lab = Memory("lab")
    found = catalog(lab, changed=lambda: told.append(None))
    steps = [
        (lab.listed, None, 0),
        (lab.listed, None, 0),
        (lab.listed, failing(ErrorKind.TIMEOUT), 1),
        (lab.listed, failing(ErrorKind.TIMEOUT), 1),
        (lab.listed, failing(ErrorKind.UNREACHABLE), 2),
        (lab.listed, None, 3),
        ((*lab.listed, lab.model("n")), None, 4),
        ((*lab.listed, lab.model("n")), None, 4),
    ]
    for listed, failure, times in steps:
        lab.listed, lab.failure = listed, failure
        await found.entry("lab", refresh=True)
        assert len(told) == times


async def test_a_better_measurement_shows_in_the_next_list_and_is_no_change() -> None:
    told: list[None] = []
    lab = Memory("lab")
    found = catalog(lab, changed=lambda: told.append(None))
    await found.entry("lab")
    found.learn(lab.listed[0].id, 4.2)
    (model,) = (await found.entry("lab", refresh=True)).models
    assert (model.chars_per_token, told) == (4.2, [])


@pytest.mark.parametrize(
    ("policy", "zone", "calls"),
    [
        (REFUSING, Zone.LOCAL, []),
        (REFUSING, Zone.CLOUD, []),
        (AIR_GAPPED, Zone.CLOUD, ["zone"]),
        (AIR_GAPPED, Zone.LOCAL, ["zone", "models"]),
    ],
)
async def test_the_policy_comes_before_the_first_call(policy: Policy, zone: Zone, calls: list[str]) -> None:
    lab = Memory("lab", zone=zone)
    entry = await catalog(lab, policy=policy).entry("lab")
    assert lab.calls == calls
    assert (entry.failure is None) is ("models" in calls)
    assert entry.failure is None or entry.failure.kind is ErrorKind.POLICY


class TestOverview:
    async def test_a_slow_backend_holds_nobody_up_and_is_told_of_later(self) -> None:
        slow, told = Memory("slow"), asyncio.Event()
        slow.gate = asyncio.Event()
        found = Catalog({"slow": slow, "lab": Memory("lab")}, OPEN, told.set, patience=0.05)
        with hurried():
            entries = await found.entries()
            again = await found.entries()
        assert [entry.failure is None for entry in entries.values()] == [False, True]
        assert again == entries
        waiting = asyncio.create_task(found.entry("slow"))  # a chat, which wants to know
        await asyncio.sleep(0)
        slow.gate.set()
        assert (await waiting).models == slow.listed
        await told.wait()
        assert slow.calls.count("models") == 1

    async def test_asking_ends_with_the_catalog(self) -> None:
        slow = Memory("slow")
        slow.gate = asyncio.Event()
        found = Catalog({"slow": slow}, OPEN, lambda: None, patience=0.01)
        with hurried():
            await found.entries()
        await found.aclose()
        assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_what_was_learnt_of_a_model_ends_when_its_server_loads_it_otherwise() -> None:
    """Also where nobody asked while the server was away."""
    lab = Memory("lab")
    found = catalog(lab)
    (model,) = (await found.entry("lab")).models
    found.teach(model.id, Lesson(context_length=512))
    found.forget("lab")
    assert (await found.entry("lab")).models[0].context_length == 512
    lab.listed = (replace(model, context_length=2048),)
    found.forget("lab")
    assert (await found.entry("lab")).models[0].context_length == 2048


class TestBreaker:
    """What lists say of a backend that was given a rest after two requests in vain."""

    def resting(self) -> tuple[Session, Memory]:
        lab = Memory("lab")
        on = session(lab, Memory("gpu"))
        for _ in range(2):
            on.catalog.breaker("lab").failed(failing(ErrorKind.TIMEOUT), 2.0)
        return on, lab

    async def test_lists_that_were_always_well_end_no_rest(self) -> None:
        """A server that hangs still lists its models."""
        on, _ = self.resting()
        for _ in range(2):
            await on.catalog.entry("lab", refresh=True)
        assert await heard(on) == ["notice It is timeout. gpu|m answers instead.", "gpu!", "gpu|m"]

    async def test_list_of_a_server_that_was_away_ends_it(self) -> None:
        on, lab = self.resting()
        lab.failure = failing(ErrorKind.UNREACHABLE)
        await on.catalog.entry("lab", refresh=True)
        assert (await heard(on))[-1] == "gpu|m"
        lab.failure = None
        await on.catalog.entry("lab", refresh=True)
        assert await heard(on) == ["lab!", "lab|m"]

    async def test_it_is_asked_in_its_rest_where_nobody_else_answers(self) -> None:
        on, _ = self.resting()
        assert (await heard(on, model="gpu|m"))[-1] == "gpu|m"
        alone = session(Memory("lab"), Memory("gpu", failure=failing(ErrorKind.UNREACHABLE)))
        for _ in range(2):
            alone.catalog.breaker("lab").failed(failing(ErrorKind.TIMEOUT), 2.0)
        assert (await heard(alone))[-1] == "lab|m"


class TestLessons:
    async def test_they_hold_until_the_server_may_be_another(self) -> None:
        lab = Memory("lab")
        on = session(lab)
        (model,) = (await on.catalog.entry("lab")).models
        away = [failing(kind) for kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.LOADING)]
        for failure, kept in [(None, True), (failing(ErrorKind.SERVER_ERROR), True), *((each, False) for each in away)]:
            on.catalog.teach(model.id, Lesson(tools=True))
            on.catalog.forget("lab", failure)
            (found,) = (await on.catalog.entry("lab")).models
            assert found.capabilities.tool_calling is kept, failure
        on.catalog.teach(model.id, Lesson(tools=True))
        (found,) = (await on.catalog.entry("lab", refresh=True)).models
        assert found.capabilities.tool_calling is False

    async def test_the_client_is_told_of_news_once(self) -> None:
        told: list[None] = []
        lab = Memory("lab")
        found = catalog(lab, changed=lambda: told.append(None))
        (model,) = (await found.entry("lab")).models
        for _ in range(3):
            found.teach(model.id, Lesson(tools=True))
        assert len(told) == 1

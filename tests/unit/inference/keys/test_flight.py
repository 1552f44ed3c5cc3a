"""What many wait for is done once."""

import asyncio

import pytest

from inhouse.inference.keys.flight import SingleFlight


class Work:
    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = False
        self.may_end = asyncio.Event()
        self.fails = False

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.fails:
            raise OSError
        return self.begun


async def begun(*waiters: asyncio.Task[int]) -> None:
    for _ in range(len(waiters) + 5):
        await asyncio.sleep(0)


async def test_all_who_wait_share_one_result_and_the_next_one_begins_anew() -> None:
    flight, work = SingleFlight[int](), Work()
    waiting = [asyncio.create_task(flight.join(work)) for _ in range(5)]
    await begun(*waiting)
    work.may_end.set()
    assert await asyncio.gather(*waiting) == [1] * 5
    assert await flight.join(work) == 2


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    flight, work = SingleFlight[int](), Work()
    first, second = (asyncio.create_task(flight.join(work)) for _ in range(2))
    await begun(first, second)
    first.cancel()
    await asyncio.wait({first})
    work.may_end.set()
    assert await second == 1


@pytest.mark.parametrize("lingering", [False, True])
async def test_the_last_one_who_leaves_ends_it_unless_it_lingers(lingering: bool) -> None:
    flight, work = SingleFlight[int](lingering=lingering), Work()
    only = asyncio.create_task(flight.join(work))
    await begun(only)
    only.cancel()
    await asyncio.wait({only})
    await begun(only)
    assert work.cancelled is not lingering
    work.may_end.set()
    assert await flight.join(work) == (1 if lingering else 2)


async def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    flight, work = SingleFlight[int](), Work()
    work.fails = True
    waiting = [asyncio.create_task(flight.join(work)) for _ in range(2)]
    await begun(*waiting)
    work.may_end.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [OSError, OSError]
    work.fails = False
    assert await flight.join(work) == 2


async def test_closing_ends_what_lingers() -> None:
    flight, work = SingleFlight[int](lingering=True), Work()
    only = asyncio.create_task(flight.join(work))
    await begun(only)
    await flight.aclose()
    assert work.cancelled
    await asyncio.wait({only})

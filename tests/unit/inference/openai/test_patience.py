"""A backend that falls silent is given up in time, one that only pauses is not, and a cancellation stays one."""

import asyncio

import pytest

from inhouse.inference.openai.patience import Patience

SHORT = 0.02
LONG = 5.0


async def test_a_wait_over_its_limit_is_ended_and_what_was_awaited_is_cancelled() -> None:
    silent = asyncio.get_running_loop().create_future()
    with pytest.raises(TimeoutError):
        await Patience().wait(silent, SHORT)
    assert silent.cancelled()


async def test_waits_within_their_limits_add_up_to_more_than_one_limit() -> None:
    patience = Patience()
    for _ in range(8):
        await patience.wait(asyncio.sleep(0.05), 0.3)


async def test_a_shorter_limit_holds_though_the_wait_before_had_a_longer_one() -> None:
    patience = Patience()
    await patience.wait(asyncio.sleep(0), LONG)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(patience.wait(asyncio.sleep(LONG), SHORT), LONG / 2)


async def test_time_between_two_waits_does_not_count() -> None:
    patience = Patience()
    await patience.wait(asyncio.sleep(0), SHORT)
    await asyncio.sleep(SHORT * 2)
    assert await patience.wait(asyncio.sleep(0, "data"), SHORT) == "data"


async def test_cancelling_the_request_is_no_timeout() -> None:
    waiting = asyncio.create_task(Patience().wait(asyncio.sleep(LONG), LONG))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

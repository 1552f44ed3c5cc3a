"""Frames out: whoever waits for a slow client is woken."""

import asyncio
import os

import pytest

from inhouse.lsp.writer import LOW_WATER_BYTES, FrameWriter


async def test_a_level_that_falls_while_somebody_begins_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    failures: list[str] = []
    writer = FrameWriter(writing, failures.append)
    size = 2 * LOW_WATER_BYTES
    writer.write(b"x" * size)
    loop = asyncio.get_running_loop()
    make = loop.create_future

    def make_late() -> asyncio.Future[None]:
        """Between the look at the level and the waiting, the client reads all of it."""
        left = size
        while left:
            left -= len(os.read(reading, 1_000_000))
        while writer._queued:  # pyright: ignore[reportPrivateUsage]
            pass
        return make()

    with monkeypatch.context() as patch:
        patch.setattr(loop, "create_future", make_late)
        waiting = asyncio.ensure_future(writer.drained())
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await waiting
        await writer.close(within=1)
    os.close(reading)
    os.close(writing)
    assert not failures

"""A silent backend is given up on, a slow one is not; what does not carry anything does not count as an answer."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from inhouse.domain.errors import InhouseError
from inhouse.inference.openai.answer import events
from tests.unit.inference.openai.streams import DONE, delta, event, finish, read, rules, sent, text, told, usage

SHORT = 0.1
SOON = 1.0
A = text("A")
PING = b": keep-alive\n\n"
PREFILL = event({"choices": [], "prompt_progress": {"total": 100, "cache": 0, "processed": 5, "time_ms": 1}})


async def dripping(*pieces: bytes, every: float = SHORT / 5) -> AsyncIterator[bytes]:
    """`pieces` at once, the last of them again and again."""
    for piece in pieces:
        yield piece
    while True:
        await asyncio.sleep(every)
        yield pieces[-1]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], ["error timeout"]),
        ([PING], ["error timeout"]),
        ([delta(role="assistant", content="")], ["error timeout"]),
        ([A], ["text A", "error timeout"]),
        ([A, usage(1, 1)], ["text A", "error timeout"]),
        ([A, DONE], ["text A", "finished stop"]),
        ([A, finish(), DONE], ["text A", "finished stop"]),
    ],
)
async def test_silence_ends(said: list[bytes], expected: list[str]) -> None:
    began = time.monotonic()
    found = await read(*said, asyncio.Event(), by=rules(first=SHORT, idle=SHORT))
    assert told(found) == expected
    assert time.monotonic() - began < SOON
    if isinstance(found[-1], InhouseError):
        assert ("idle_timeout" if A in said else "first_token_timeout") in found[-1].hint


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ([PING], "error timeout"),
        ([delta(role="assistant", content="")], "error timeout"),
        ([A, PING], "error timeout"),
        ([A, delta(content="")], "error timeout"),
        ([A, usage(1, 1)], "error timeout"),
        ([A, PREFILL], "error timeout"),
        ([A, finish(), DONE, PING], "finished stop"),
    ],
)
async def test_what_carries_nothing_does_not_count(said: list[bytes], last: str) -> None:
    async def run() -> str:
        found: list[str] = []
        try:
            async for each in events(dripping(*said), rules(first=SHORT, idle=SHORT)):
                found = told([each]) or found
        except InhouseError as error:
            found = told([error])
        return found[-1]

    assert await asyncio.wait_for(run(), SOON) == last


async def test_pings_do_not_keep_a_complete_answer_waiting() -> None:
    async def run() -> list[str]:
        return told([each async for each in events(dripping(A, finish(), PING), rules())])

    assert await asyncio.wait_for(run(), 4) == ["text A", "finished stop"]


@pytest.mark.parametrize("piece", [A, delta(reasoning="a"), PREFILL])
async def test_what_carries_something_counts(piece: bytes) -> None:
    """Five times longer than either limit, but never silent for so long."""
    answer = events(dripping(piece), rules(first=SHORT, idle=SHORT))
    began = time.monotonic()
    async for _ in answer:
        if time.monotonic() - began > 5 * SHORT:
            break


async def test_a_slow_reader_is_no_silence_of_the_backend() -> None:
    found: list[str] = []
    async for each in events(sent([A, A, A, finish()]), rules(first=SHORT, idle=SHORT)):
        found += told([each])
        await asyncio.sleep(1.5 * SHORT)
    assert found == ["text A", "text A", "text A", "finished stop"]


async def test_silence_is_counted_over_several_reads() -> None:
    """Half an event now and half later is still nothing."""

    async def halves() -> AsyncIterator[bytes]:
        for at in range(len(A)):
            await asyncio.sleep(SHORT / 4)
            yield A[at : at + 1]

    with pytest.raises(InhouseError, match="no first token"):
        async for _ in events(halves(), rules(first=SHORT)):
            pass

"""Stopping what is under way: the one way out that every editor has."""

import asyncio

from inhouse.lsp.jobs import Jobs


async def work(jobs: Jobs, uri: str | None, begun: asyncio.Event) -> None:
    with jobs.running(uri):
        begun.set()
        await asyncio.Event().wait()


async def started(jobs: Jobs, *places: str | None) -> list[asyncio.Task[None]]:
    tasks: list[asyncio.Task[None]] = []
    for uri in places:
        begun = asyncio.Event()
        tasks.append(asyncio.create_task(work(jobs, uri, begun)))
        await begun.wait()
    return tasks


async def test_stops_those_of_one_document_only() -> None:
    jobs = Jobs()
    mine, other = await started(jobs, "file:///c%3A/a.py", "file:///b.py")
    assert jobs.stop("file:///C:/a.py") == 1
    await asyncio.wait([mine])
    assert mine.cancelled()
    assert not jobs.is_running("file:///c:/a.py")
    assert jobs.is_running("file:///b.py")
    other.cancel()


async def test_stops_everything_without_a_document() -> None:
    jobs = Jobs()
    tasks = await started(jobs, "file:///a.py", None)
    assert jobs.stop() == 2
    await asyncio.wait(tasks)
    assert jobs.stop() == 0

"""The generations under way on this connection, so that `inhouse.stop` can end them."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager

from inhouse.lsp import uris


class Jobs:
    """Tasks by the document that they work on; those of no document have none."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[object], str | None] = {}
        self._going_on: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self, uri: str | None = None) -> Generator[None]:
        """The current task can be stopped while this lasts: it is cancelled, as by `$/cancelRequest`."""
        task = asyncio.current_task()
        assert task is not None
        self._running[task] = None if uri is None else uris.key(uri)
        try:
            yield
        finally:
            del self._running[task]

    def go_on(self, work: Coroutine[object, object, None], uri: str) -> None:
        """Work that outlives the request that began it; it must deal with its own failures."""

        async def stoppable() -> None:
            with self.running(uri):
                await work

        task = asyncio.create_task(stoppable())
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)

    async def aclose(self) -> None:
        """Stop what outlived its request."""
        tasks = tuple(self._going_on)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def is_running(self, uri: str) -> bool:
        return uris.key(uri) in self._running.values()

    def stop(self, uri: str | None = None) -> int:
        """Stops those of one document, or all; how many there were."""
        wanted = None if uri is None else uris.key(uri)
        found = [task for task, where in self._running.items() if wanted is None or where == wanted]
        for task in found:
            task.cancel()
        return len(found)

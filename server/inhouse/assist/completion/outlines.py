"""The outlines of open files, as they were last made: whoever types does not wait for one."""

import asyncio
import time
from collections.abc import Callable

from inhouse.context.completion.snippets import Outlined
from inhouse.context.syntax.outline import outline
from inhouse.domain.code import SourceFile

_KEPT = 16
_SPARED = 20
"""Of the time, one part in so many may go into the outlines of one file, however much is typed in it."""


class Outlines:
    """By URI."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, Outlined] = {}
        self._due: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def latest(self, file: SourceFile) -> Outlined | None:
        """The last one, of whatever state of the file; a newer one is made in a thread, unless that was just done.

        A file has changed when its lines are another list."""
        kept = self._kept.get(file.uri)
        current = kept is not None and kept.file.lines is file.lines
        if not current and file.uri not in self._running and self._clock() >= self._due.get(file.uri, 0):
            self._running[file.uri] = asyncio.create_task(self._make(file))
        return kept

    async def _make(self, file: SourceFile) -> None:
        began = self._clock()
        try:
            made = Outlined(file, await asyncio.to_thread(outline, file))
        finally:
            del self._running[file.uri]
        self._kept.pop(file.uri, None)
        self._kept[file.uri] = made
        ended = self._clock()
        self._due[file.uri] = ended + _SPARED * (ended - began)
        while len(self._kept) > _KEPT:
            oldest = next(iter(self._kept))
            del self._kept[oldest], self._due[oldest]

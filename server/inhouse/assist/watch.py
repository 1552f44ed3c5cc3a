"""Keeps an eye on the backends that somebody asked for: one that comes up, goes away or changes is noticed unasked."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from inhouse.assist.session import Session
from inhouse.domain.models import Kind
from inhouse.inference.catalog import Catalog, Entry

FIRST_LOOK = 5.0
LONGEST_LOOK = 300.0
"""Seconds between two looks at a backend that is down, doubled each time, and at one that is well."""
_TICK = 2.0


class Watch:
    """For the life of the server; `current` gives the session in force. The catalog tells of what has changed."""

    def __init__(self, current: Callable[[], Awaitable[Session]]) -> None:
        self._current = current
        self._due: dict[str, float] = {}
        self._looks: dict[str, int] = {}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            session = await self._current()
            for name, entry in session.catalog.known().items():
                kind = session.backends[name].software.kind
                if kind is not Kind.EMBEDDED and self._is_due(name, entry):
                    await self._look(session.catalog, name)

    def _is_due(self, name: str, entry: Entry) -> bool:
        if entry.forgotten:  # a request has failed there
            return True
        due = self._due.get(name)
        noticed_by_others = entry.failure is not None and not self._looks.get(name)
        if due is None or noticed_by_others:  # they list too, and the time set for a healthy server is long
            due = self._due[name] = entry.asked_at + self._wait(name, entry)
        return time.monotonic() >= due and entry.stale

    async def _look(self, catalog: Catalog, name: str) -> None:
        entry = await catalog.entry(name)
        self._looks[name] = 0 if entry.failure is None else self._looks.get(name, 0) + 1
        self._due[name] = time.monotonic() + self._wait(name, entry)

    def _wait(self, name: str, entry: Entry) -> float:
        seconds = LONGEST_LOOK
        if entry.failure is not None:
            seconds = min(LONGEST_LOOK, FIRST_LOOK * 2 ** min(self._looks.get(name, 0), 10))
        return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - thousands of machines do not look at once

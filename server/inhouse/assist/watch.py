"""Keeps an eye on the backends that somebody asked for: one that comes up, goes away or changes is noticed unasked."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from inhouse.assist.session import Session
from inhouse.domain.models import Kind
from inhouse.inference.catalog import Catalog, Entry
from inhouse.inference.waiting import hurried

FIRST_LOOK = 5.0
LONGEST_LOOK = 300.0
"""Seconds between two looks at a backend that is down, doubled each time, and at one that is well."""
_TICK = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """For the list that was asked for at `asked_at`; `failures` are those in a row."""

    asked_at: float
    due: float
    failures: int


class Watch:
    """For the life of the server; `current` gives the session in force. The catalog tells of what has changed."""

    def __init__(self, current: Callable[[], Awaitable[Session]]) -> None:
        self._current = current
        self._plans: dict[str, _Plan] = {}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            try:
                await self._round(await self._current())
            except Exception:  # noqa: BLE001 - a fault of ours in one look must not end all looks, unseen
                _log.exception("a look at the backends failed")

    async def _round(self, session: Session) -> None:
        for name, entry in session.catalog.known().items():
            kind = session.backends[name].software.kind
            if kind is not Kind.EMBEDDED and self._is_due(name, entry):
                await self._look(session.catalog, name)

    def _is_due(self, name: str, entry: Entry) -> bool:
        if entry.forgotten:  # a request has failed there
            return True
        plan = self._plans.get(name)
        if plan is None or plan.asked_at != entry.asked_at:
            plan = self._plans[name] = _planned(entry, plan)
        return time.monotonic() >= plan.due and entry.stale

    async def _look(self, catalog: Catalog, name: str) -> None:
        with hurried():  # nobody waits for it
            await catalog.entry(name)


def _planned(entry: Entry, before: _Plan | None) -> _Plan:
    """When to look again at what was listed then, whoever asked for it."""
    failures, seconds = 0, LONGEST_LOOK
    if entry.failure is not None:
        failures = before.failures + 1 if before is not None else 1
        seconds = min(LONGEST_LOOK, FIRST_LOOK * 2 ** min(failures - 1, 10))
    spread = random.uniform(0.8, 1.2)  # noqa: S311 - thousands of machines do not look at once
    return _Plan(entry.asked_at, entry.asked_at + seconds * spread, failures)

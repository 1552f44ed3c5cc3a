"""What somebody asked for is looked at again unasked."""

import asyncio

import pytest

from inhouse.assist import watch
from inhouse.assist.session import Session
from inhouse.assist.watch import Watch
from inhouse.domain.errors import ErrorKind
from inhouse.inference import catalog
from tests.unit.assist.backends import Memory, failing, session
from tests.until import until


async def test_a_server_that_a_list_found_down_is_looked_at_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when the next look at a healthy one would have been due."""
    monkeypatch.setattr(watch, "_TICK", 0.01)
    monkeypatch.setattr(watch, "FIRST_LOOK", 0.01)
    monkeypatch.setattr(catalog, "FAILURE_SECONDS", 0.01)
    lab = Memory("lab")
    on = session(lab)

    async def current() -> Session:
        return on

    await on.catalog.entry("lab")
    looking = Watch(current)
    watching = asyncio.create_task(looking.run())
    # It has set the time of its next look, minutes away.
    await until(lambda: "lab" in looking._due)  # pyright: ignore[reportPrivateUsage]
    lab.failure = failing(ErrorKind.UNREACHABLE)
    await on.catalog.entry("lab", refresh=True)
    lab.failure = None
    await until(lambda: on.catalog.known()["lab"].failure is None, 2)
    watching.cancel()

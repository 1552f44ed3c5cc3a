"""Suggestions of one connection: an editor has one cursor, so a newer request makes an older one pointless."""

import asyncio
import logging

from inhouse.assist.completion.generation import Generation, Paces
from inhouse.assist.completion.wanted import Wanted
from inhouse.assist.session import Session
from inhouse.context.completion.cache import SuggestionCache
from inhouse.context.completion.place import Extent
from inhouse.context.completion.suggestion import Suggestion
from inhouse.domain.errors import InhouseError

_log = logging.getLogger(__name__)


class Completions:
    """What was suggested, and what is on its way."""

    def __init__(self) -> None:
        self._cache = SuggestionCache()
        self._paces = Paces()
        self._generation: Generation | None = None
        self._newest: asyncio.Future[None] | None = None

    async def suggest(self, session: Session, wanted: Wanted) -> Suggestion | None:
        """None where there is nothing to suggest, and as soon as something else is wanted. Raises InhouseError where
        somebody asked for it and nobody can answer; unasked, a failure is no more than a line in the log.

        Cancelling this coroutine stops the backend.
        """
        superseded = self._supersede()
        try:
            return await self._suggest(session, wanted, superseded)
        except asyncio.CancelledError:
            if not superseded.done():
                self._stop()
            raise
        except InhouseError as exc:
            if wanted.invoked:
                raise
            _log.info("request %s: no suggestion (%s): %s", wanted.id, exc.kind.value, exc.message)
            return None

    def _supersede(self) -> asyncio.Future[None]:
        """The request that calls is the newest; its future is done when it no longer is."""
        if self._newest is not None:
            self._newest.set_result(None)
        self._newest = asyncio.get_running_loop().create_future()
        return self._newest

    async def _suggest(self, session: Session, wanted: Wanted, superseded: asyncio.Future[None]) -> Suggestion | None:
        running = self._generation
        if running is None or not running.leads_to(wanted):
            self._stop()
        if wanted.extent is Extent.NOTHING:
            return None
        while True:
            hit = self._cache.find(wanted.uri, wanted.place)
            if hit is not None and (hit.suggestion is not None or not wanted.invoked):
                return hit.suggestion
            generation = self._generation
            if generation is None:
                if not wanted.invoked:
                    await asyncio.wait({superseded}, timeout=session.config.completion.debounce_ms / 1000)
                if superseded.done():
                    return None
                generation = self._generation = Generation(session, wanted, self._paces)
            await asyncio.wait({generation.task, superseded}, return_when=asyncio.FIRST_COMPLETED)
            if superseded.done():
                return None
            found = self._ended(generation)
            if generation.wanted is wanted:
                return found

    def _ended(self, generation: Generation) -> Suggestion | None:
        """What came of it, kept; raises what it has raised."""
        self._generation = None
        found = generation.task.result()
        self._cache.put(generation.wanted.uri, generation.wanted.place, found)
        return found

    def _stop(self) -> None:
        """Nobody waits for it any more."""
        if self._generation is not None:
            self._generation.task.cancel()
            self._generation = None

"""Suggestions of one connection: an editor has one cursor, so a newer request makes an older one pointless."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

from inhouse.assist.completion.generation import Generation, Paces
from inhouse.assist.completion.outlines import Outlines
from inhouse.assist.completion.wanted import Wanted
from inhouse.assist.session import Session
from inhouse.context.completion.cache import SuggestionCache
from inhouse.context.completion.place import Extent
from inhouse.context.completion.suggestion import Suggestion
from inhouse.domain.errors import InhouseError

_log = logging.getLogger(__name__)

Turn = asyncio.Future[None]
"""A request's time: done when a newer one has come."""


class Completions:
    """What was suggested, and what is on its way."""

    def __init__(self) -> None:
        self._cache = SuggestionCache()
        self._paces = Paces()
        self._outlines = Outlines()
        self._generation: Generation | None = None
        self._turn: Turn | None = None

    @contextmanager
    def newest(self) -> Generator[Turn]:
        """A request that has just come: those before it are over. To be entered before anything is awaited, or requests
        might overtake each other. Leaving it stops the model, unless a newer request has taken over."""
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)
        turn = self._turn = asyncio.get_running_loop().create_future()
        try:
            yield turn
        finally:
            if not turn.done():
                self._stop()

    async def suggest(self, session: Session, wanted: Wanted, turn: Turn) -> Suggestion | None:
        """None where there is nothing to suggest, and as soon as a newer request comes. Raises InhouseError where
        somebody asked for it and nobody can answer; unasked, a failure is no more than a line in the log."""
        if turn.done():
            return None
        try:
            return await self._suggest(session, wanted, turn)
        except InhouseError as exc:
            if wanted.invoked:
                raise
            _log.info("request %s: no suggestion (%s): %s", wanted.id, exc.kind.value, exc.message)
            return None

    async def _suggest(self, session: Session, wanted: Wanted, turn: Turn) -> Suggestion | None:
        running = self._generation
        if running is None or not running.leads_to(wanted):
            self._stop()
        if wanted.extent is Extent.NOTHING:
            return None
        while True:
            hit = self._cache.find(wanted.file.uri, wanted.place)
            if hit is not None and (hit.suggestion is not None or not wanted.invoked):
                return hit.suggestion
            generation = self._generation
            if generation is None:
                if not wanted.invoked:
                    await asyncio.wait({turn}, timeout=session.config.completion.debounce_ms / 1000)
                if turn.done():
                    return None
                generation = self._generation = Generation(session, wanted, self._paces, self._outlines)
            await asyncio.wait({generation.task, turn}, return_when=asyncio.FIRST_COMPLETED)
            if turn.done():
                return None
            found = self._ended(generation)
            if generation.wanted is wanted:
                return found

    def _ended(self, generation: Generation) -> Suggestion | None:
        """What came of it, kept; raises what it has raised."""
        self._generation = None
        found = generation.task.result()
        self._cache.put(generation.wanted.file.uri, generation.wanted.place, found)
        return found

    def _stop(self) -> None:
        """Nobody waits for it any more."""
        if self._generation is not None:
            self._generation.task.cancel()
            self._generation = None

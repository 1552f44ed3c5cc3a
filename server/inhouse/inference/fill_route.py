"""Which model fills in: the one that is named, else the best suited one in the house."""

import dataclasses
from collections.abc import AsyncIterator

from inhouse.domain.fill import Filling
from inhouse.domain.models import ModelState
from inhouse.inference.fim.prompt import cannot_fill
from inhouse.inference.route import AUTO, Candidate, Router, no_backend
from inhouse.inference.waiting import hurried


async def fill_candidate(router: Router, wanted: str, chat_model: str = AUTO) -> Candidate:
    """`wanted` as it is. With `auto` the first local model in routing order that sees both sides of a place; else the
    first base model; else `chat_model`, if it is local; else the first chat model, the embedded one coming last.

    A backend of which a list is known is not asked: `assist/watch` keeps it fresh. Raises InhouseError where there is
    none.
    """
    if wanted != AUTO:
        found = await router.resolve(wanted)
        if _filling(found) is Filling.NOTHING:
            raise cannot_fill(found.model)
        return found
    best = min([each async for each in _local(router)], key=lambda each: _rank(each, chat_model), default=None)
    if best is None:
        failures = (entry.failure for entry in router.catalog.known().values() if entry.failure)
        raise dataclasses.replace(next(failures, no_backend()))
    return best


async def _local(router: Router) -> AsyncIterator[Candidate]:
    """Those in the house that are ready and can fill in at all, in routing order."""
    for name in router.order:
        entry = router.catalog.known().get(name)
        if entry is None:
            with hurried():
                entry = await router.catalog.entry(name)
        for model in entry.models:
            candidate = Candidate(router.backends[name], model)
            if model.local and model.state is ModelState.READY and _filling(candidate) is not Filling.NOTHING:
                yield candidate


def _filling(candidate: Candidate) -> Filling:
    return candidate.backend.filling(candidate.model)


def _rank(candidate: Candidate, chat_model: str) -> int:
    """The smaller the better."""
    model = candidate.model
    if _filling(candidate).both_sides:
        return 0
    if not model.capabilities.chat:
        return 1
    return 2 if chat_model in (str(model.id), model.id.name) else 3

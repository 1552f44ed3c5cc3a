"""What every backend offers: asked concurrently, remembered for a while, and never failing because one does."""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inhouse.domain.errors import InhouseError
from inhouse.domain.models import Model, ModelId, Zone
from inhouse.governance.policy import Policy
from inhouse.inference.backend import Backend

LIST_SECONDS = 60.0
FAILURE_SECONDS = 5.0
"""A failed list is asked for again sooner: the server may have come up."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A backend's last list: its models, or why there are none. `zone` is None where that could not be told;
    `asked_at` is on the monotonic clock."""

    models: tuple[Model, ...]
    failure: InhouseError | None
    zone: Zone | None
    asked_at: float
    latency_ms: float

    @property
    def stale(self) -> bool:
        kept = LIST_SECONDS if self.failure is None else FAILURE_SECONDS
        return time.monotonic() - self.asked_at > kept


class Catalog:
    """The lists of all backends, in routing order. `changed` is called when a list differs from the one before."""

    def __init__(self, backends: Mapping[str, Backend], policy: Policy, changed: Callable[[], None]) -> None:
        self._backends = backends
        self._policy = policy
        self._changed = changed
        self._entries: dict[str, Entry] = {}
        self._measured: dict[ModelId, float] = {}
        self._ratios: dict[ModelId, tuple[float, ...]] = {}
        self._asking = {name: asyncio.Lock() for name in backends}

    async def entry(self, name: str, *, refresh: bool = False) -> Entry:
        """One backend's list, from memory if it is fresh; whoever asks meanwhile waits for the same answer."""
        wanted_at = time.monotonic()
        async with self._asking[name]:
            known = self._entries.get(name)
            fresh = known is not None and (known.asked_at >= wanted_at if refresh else not known.stale)
            if known is not None and fresh:
                return known
            entry = await self._ask(self._backends[name])
            self._entries[name] = entry
        if known is not None and _offer(known) != _offer(entry):
            self._changed()
        return entry

    async def entries(self, *, refresh: bool = False) -> dict[str, Entry]:
        """All lists, by backend."""
        names = tuple(self._backends)
        found = await asyncio.gather(*(self.entry(name, refresh=refresh) for name in names))
        return dict(zip(names, found, strict=True))

    def learn(self, model: ModelId, chars_per_token: float) -> None:
        """What an answer's exact usage told of this model's tokenizer; shown from the next list on."""
        self._measured[model] = chars_per_token

    def ratios(self, model: ModelId) -> tuple[float, ...]:
        """How far estimates of this model's prompts were off (context/calibration)."""
        return self._ratios.get(model, ())

    def calibrate(self, model: ModelId, ratios: tuple[float, ...]) -> None:
        self._ratios[model] = ratios

    def forget(self, name: str) -> None:
        """Something about this backend went wrong: ask anew next time."""
        known = self._entries.get(name)
        if known is not None:
            self._entries[name] = Entry(known.models, known.failure, known.zone, -LIST_SECONDS, known.latency_ms)

    async def _ask(self, backend: Backend) -> Entry:
        began = time.monotonic()
        zone: Zone | None = None
        models: tuple[Model, ...] = ()
        failure: InhouseError | None = None
        try:
            self._policy.check()
            zone = await backend.zone()
            self._policy.check_zone(backend.name, zone)
            models = tuple(self._with_measured(model) for model in await backend.models())
        except InhouseError as exc:
            failure = exc
        now = time.monotonic()
        return Entry(models, failure, zone, now, (now - began) * 1000)

    def _with_measured(self, model: Model) -> Model:
        measured = self._measured.get(model.id)
        return model if measured is None else dataclasses.replace(model, chars_per_token=measured)


def _offer(entry: Entry) -> object:
    """What a client would notice; a better measurement is no news."""
    models = tuple(dataclasses.replace(model, chars_per_token=0) for model in entry.models)
    return models, entry.failure.kind if entry.failure else None

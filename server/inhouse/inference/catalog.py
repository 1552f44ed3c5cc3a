"""What every backend offers: asked concurrently, remembered for a while, and never failing because one does."""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inhouse.config.schema import Tokens
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Kind, Model, ModelId, ModelState, Zone
from inhouse.governance.policy import Policy
from inhouse.inference.backend import Backend
from inhouse.inference.breaker import Breaker
from inhouse.inference.known import MISSED_SECONDS
from inhouse.inference.lessons import Lesson
from inhouse.inference.waiting import is_hurried

LIST_SECONDS = 60.0
FAILURE_SECONDS = 5.0
"""A failed list is asked for again sooner: the server may have come up."""

_AWAY = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.LOADING})
"""Failures after which a server may have been started anew, with another model or other flags."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A backend's last list: its models, or why there are none. `zone` is None where that could not be told;
    `asked_at` is on the monotonic clock. With a failure, the models are those of before, marked as not there. `pending`
    while the backend is still being asked, and an overview could not wait."""

    models: tuple[Model, ...]
    failure: InhouseError | None
    zone: Zone | None
    asked_at: float
    latency_ms: float
    pending: bool = False

    @property
    def forgotten(self) -> bool:
        """A request has failed there since."""
        return self.asked_at < 0

    @property
    def stale(self) -> bool:
        kept = LIST_SECONDS if self.failure is None else FAILURE_SECONDS
        return time.monotonic() - self.asked_at > kept


class Catalog:
    """The lists of all backends, in routing order. `changed` is called when a list differs from the one before.

    `patience` is for how many seconds an overview waits for a backend; None where nobody could be told later.
    """

    def __init__(
        self,
        backends: Mapping[str, Backend],
        policy: Policy,
        changed: Callable[[], None],
        tokens: Tokens = Tokens(),  # noqa: B008 - frozen
        patience: float | None = None,
    ) -> None:
        self._backends = backends
        self._policy = policy
        self._changed = changed
        self._tokens = tokens
        self._entries: dict[str, Entry] = {}
        self._measured: dict[ModelId, float] = {}
        self._lessons: dict[ModelId, Lesson] = {}
        self._taught_at: dict[ModelId, float] = {}
        self._patience = patience
        self._tasks: set[asyncio.Task[Entry]] = set()
        self._lengths: dict[str, dict[ModelId, int | None]] = {}
        self._told: set[tuple[ModelId, str]] = set()
        self._ratios: dict[ModelId, tuple[float, ...]] = {}
        self._asking = {name: asyncio.Lock() for name in backends}
        self._breakers = {name: Breaker() for name in backends}

    async def entry(self, name: str, *, refresh: bool = False) -> Entry:
        """One backend's list, from memory if it is fresh; whoever asks meanwhile waits for the same answer. A
        `refresh` also forgets what was found out about the server.

        An overview (`hurried`) does not wait for one that is slow: it is told when that one has answered.
        """
        known = self._entries.get(name)
        if known is not None and not refresh and not known.stale and (is_hurried() or not known.pending):
            return known
        if self._patience is None or not is_hurried():
            return await self._asked(name, refresh=refresh)
        asking = asyncio.create_task(self._asked(name, refresh=refresh))
        self._tasks.add(asking)
        asking.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({asking}, timeout=self._patience)
        return await asking if done else self._pending(name)

    def _pending(self, name: str) -> Entry:
        """For the time being, of a backend that has not answered yet."""
        known = self._entries.get(name)
        models = () if known is None else known.models
        models = tuple(dataclasses.replace(model, state=ModelState.UNAVAILABLE) for model in models)
        entry = Entry(models, _slow(name), known.zone if known else None, time.monotonic(), 0, pending=True)
        self._entries[name] = entry
        return entry

    async def aclose(self) -> None:
        """Ask nobody any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _asked(self, name: str, *, refresh: bool) -> Entry:
        wanted_at = time.monotonic()
        async with self._asking[name]:
            known = self._entries.get(name)
            fresh = known is not None and (known.asked_at >= wanted_at if refresh else not known.stale)
            if known is not None and fresh and not known.pending:
                return known
            back = known is not None and known.failure is not None and known.failure.kind in _AWAY
            if refresh or back:
                self._forget_lessons(name)
            entry = await self._ask(self._backends[name], known, anew=refresh or back)
            known = self._entries.get(name, known)
            self._entries[name] = entry
        if known is not None and _offer(known) != _offer(entry):
            self._changed()
        return entry

    async def entries(self, *, refresh: bool = False) -> dict[str, Entry]:
        """All lists, by backend."""
        names = tuple(self._backends)
        found = await asyncio.gather(*(self.entry(name, refresh=refresh) for name in names))
        return dict(zip(names, found, strict=True))

    def known(self) -> Mapping[str, Entry]:
        """What was listed last, without asking anybody."""
        return dict(self._entries)

    def learn(self, model: ModelId, chars_per_token: float) -> None:
        """What an answer's exact usage told of this model's tokenizer; shown from the next list on."""
        self._measured[model] = chars_per_token

    def teach(self, model: ModelId, lesson: Lesson) -> None:
        """What an answer told of this model's abilities; shown at once."""
        before = self._lessons.get(model, Lesson())
        after = before.and_then(lesson)
        if after == before:
            return
        self._lessons[model], self._taught_at[model] = after, time.monotonic()
        known = self._entries.get(model.backend)
        if known is None:
            return
        entry = dataclasses.replace(known, models=tuple(self.taught(each) for each in known.models))
        self._entries[model.backend] = entry
        if _offer(entry) != _offer(known):
            self._changed()

    def first_told(self, model: ModelId, what: str) -> bool:
        """True once for each model and matter: what the user should know, but not with every answer."""
        if (model, what) in self._told:
            return False
        self._told.add((model, what))
        return True

    def breaker(self, name: str) -> Breaker:
        return self._breakers[name]

    def ratios(self, model: ModelId) -> tuple[float, ...]:
        """How far estimates of this model's prompts were off (context/calibration)."""
        return self._ratios.get(model, ())

    def calibrate(self, model: ModelId, ratios: tuple[float, ...]) -> None:
        self._ratios[model] = ratios

    def forget(self, name: str, failure: InhouseError | None = None) -> None:
        """Something about this backend went wrong: ask anew next time. After a failure that a restart may be behind,
        what was learnt of its models counts no longer."""
        if failure is not None and failure.kind in _AWAY:
            self._forget_lessons(name)
        known = self._entries.get(name)
        if known is not None:
            self._entries[name] = dataclasses.replace(known, asked_at=-LIST_SECONDS)

    async def _ask(self, backend: Backend, known: Entry | None, *, anew: bool) -> Entry:
        began = time.monotonic()
        zone: Zone | None = None
        failure: InhouseError | None = None
        try:
            self._policy.check()
            zone = await backend.zone()
            self._policy.check_zone(backend.name, zone)
            listed = await backend.models(anew=anew)
            self._forget_outdated(backend.name, listed)
            models = tuple(self.taught(model) for model in self._allowed(backend, listed))
        except InhouseError as exc:
            failure = exc
            state = ModelState.LOADING if exc.kind is ErrorKind.LOADING else ModelState.UNAVAILABLE
            before = self._allowed(backend, await _before(backend, known, exc))
            models = tuple(dataclasses.replace(model, state=state) for model in before)
        now = time.monotonic()
        if failure is not None:
            self._breakers[backend.name].failed(failure, now - began)
        elif known is not None and known.failure is not None:
            self._breakers[backend.name].succeeded()
        return Entry(models, failure, zone, now, (now - began) * 1000)

    def taught(self, model: Model) -> Model:
        """The model as answers since its listing have shown it to be."""
        lesson = self._lessons.get(model.id)
        if lesson is not None:
            model = lesson.applied(model, self._tokens)
        measured = self._measured.get(model.id)
        return model if measured is None else dataclasses.replace(model, chars_per_token=measured)

    def _allowed(self, backend: Backend, listed: tuple[Model, ...]) -> tuple[Model, ...]:
        """Behind an air gap, no model that runs elsewhere; and none of a server that did not tell what it is, since it
        may be one that has such models."""
        if not self._policy.air_gapped:
            return listed
        if backend.software.kind is Kind.AUTO:
            return ()
        return tuple(model for model in listed if model.local)

    def _forget_outdated(self, name: str, listed: tuple[Model, ...]) -> None:
        """Lessons about a model that is loaded with another context length now: its server was started anew. And those
        of what it could not do, after a while: people start servers anew to mend that."""
        self._lessons = {
            model: lesson
            for model, lesson in self._lessons.items()
            if model.backend != name or not (lesson.is_negative and self._old(model))
        }
        before = self._lengths.get(name, {})
        self._lengths[name] = {model.id: model.context_length for model in listed}
        for model in listed:
            if before.get(model.id, model.context_length) != model.context_length:
                self._lessons.pop(model.id, None)

    def _old(self, model: ModelId) -> bool:
        return time.monotonic() > self._taught_at[model] + MISSED_SECONDS

    def _forget_lessons(self, name: str) -> None:
        self._lessons = {model: lesson for model, lesson in self._lessons.items() if model.backend != name}


async def _before(backend: Backend, known: Entry | None, failure: InhouseError) -> tuple[Model, ...]:
    """What it offered before it failed; nothing is looked up where the policy forbids all."""
    if known is not None or failure.kind is ErrorKind.POLICY:
        return known.models if known is not None else ()
    return await backend.remembered()


def _slow(name: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.TIMEOUT,
        message=f"{name} has not listed its models yet.",
        hint="They follow when it answers; discovery.timeout says how long it may take.",
        backend=name,
    )


def _offer(entry: Entry) -> object:
    """What a client would notice; a better measurement is no news."""
    models = tuple(dataclasses.replace(model, chars_per_token=0) for model in entry.models)
    return models, entry.failure.kind if entry.failure else None

"""Who is to answer: the model that was asked for, then, if that may be, the next ones in routing order."""

import dataclasses
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from inhouse.domain.errors import ErrorKind, InhouseError, Refusal
from inhouse.domain.models import Ability, Model, ModelId, ModelState, Zone
from inhouse.inference.backend import Backend
from inhouse.inference.catalog import Catalog, Entry
from inhouse.inference.listing import line

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Candidate:
    backend: Backend
    model: Model

    @property
    def zone(self) -> Zone:
        """Where the prompt would go: a server in the house may pass it on to one elsewhere."""
        return Zone.LOCAL if self.model.local else Zone.CLOUD


@dataclass(frozen=True, slots=True)
class Router:
    """`order` names the backends that may be chosen without being asked for, first choice first. With `fallback`, one
    that keeps failing is passed over, and tried last."""

    backends: Mapping[str, Backend]
    order: tuple[str, ...]
    order_is_explicit: bool
    catalog: Catalog
    fallback: bool = True

    async def candidates(
        self, wanted: str, needs: frozenset[Ability] = frozenset()
    ) -> AsyncIterator[Candidate | InhouseError]:
        """Those who could answer, best first; an error stands where somebody could not even be asked.

        The model that was asked for comes as it is; of the others only those that can do what the request `needs`.
        """
        named = ModelId.parse(wanted)
        first = named.backend if named is not None else ""
        resting: list[str] = []
        asked: str | None = first
        if (failure := self._rests(first)) is not None:
            resting.append(first)
            yield failure
        elif (found := await self._first(wanted)) is not None:
            asked = _backend_of(found)
            yield found
        for name in self.order:
            if name == asked:
                continue
            if (failure := self._rests(name)) is not None:
                resting.append(name)
                yield failure
            elif (best := await self._automatic(name, needs)) is not None:
                yield best
        for name in resting:  # nobody else could
            best = await (self._first(wanted) if name == first else self._automatic(name, needs))
            if best is not None:
                yield best

    def _rests(self, name: str) -> InhouseError | None:
        """Why this backend is not tried now, if another may be."""
        alone = not self.fallback or len(self.order) < 2 or name not in self.backends
        return None if alone else self.catalog.breaker(name).open

    async def resolve(self, wanted: str) -> Candidate:
        """The one model that `wanted` means; raises if there is none."""
        found = await self._first(wanted)
        for name in self.order if found is None else ():
            found = await self._automatic(name, frozenset())
            if found is not None:
                break
        if isinstance(found, InhouseError):
            raise dataclasses.replace(found)  # the catalog keeps its own for the next one who asks
        if found is None:
            raise no_backend()
        return found

    async def _automatic(self, name: str, needs: frozenset[Ability]) -> Candidate | InhouseError | None:
        """A backend's first chat model; None for a cloud backend that the settings do not name in routing.order.

        One that cannot be reached is told of all the same: a name that does not resolve counts as cloud, too.
        """
        entry = await self.catalog.entry(name)
        unreachable = entry.failure is not None and entry.failure.kind is ErrorKind.UNREACHABLE
        if entry.zone is Zone.CLOUD and not self.order_is_explicit and not unreachable:
            return None
        return self._best(name, entry, needs)

    async def _first(self, wanted: str) -> Candidate | InhouseError | None:
        if wanted == AUTO:
            return None
        model_id = ModelId.parse(wanted)
        if model_id is None:
            return await self._by_bare_name(wanted)
        if model_id.backend not in self.backends:
            return _no_such_backend(model_id, tuple(self.backends))
        return await self._by_id(model_id)

    async def _by_id(self, model_id: ModelId) -> Candidate | InhouseError:
        wanted_at = time.monotonic()
        entry = await self.catalog.entry(model_id.backend)
        found = self._named(entry, model_id)
        if found is None and entry.asked_at < wanted_at:  # what was remembered may be over
            self.catalog.forget(model_id.backend)
            entry = await self.catalog.entry(model_id.backend)
            found = self._named(entry, model_id)
        if found is not None:
            return found
        return entry.failure or _no_such_model(model_id, entry)

    async def _by_bare_name(self, name: str) -> Candidate | InhouseError:
        entries = await self.catalog.entries()
        ids = [model.id for entry in entries.values() for model in entry.models if model.id.name == name]
        if len(ids) == 1:
            return await self._by_id(ids[0])
        if ids:
            return InhouseError(
                kind=ErrorKind.MODEL_NOT_FOUND,
                message=f"Several backends have a model named {name}: {', '.join(map(str, ids))}.",
                hint="Use one of these ids.",
            )
        failures = [entry.failure for entry in entries.values() if entry.failure]
        # It may be on a backend that is down; on one that has nothing at all it is not.
        unsure = next((failure for failure in failures if failure.kind is not ErrorKind.NO_BACKEND), None)
        return unsure or _no_such_model(ModelId("", name), *entries.values())

    def _named(self, entry: Entry, model_id: ModelId) -> Candidate | None:
        for model in entry.models if entry.failure is None else ():
            if model.id == model_id:
                return Candidate(self.backends[model_id.backend], model)
        return None

    def _best(self, name: str, entry: Entry, needs: frozenset[Ability]) -> Candidate | InhouseError:
        if entry.failure is not None:
            return entry.failure
        chatting = [model for model in entry.models if model.capabilities.chat and model.state is ModelState.READY]
        if not self.order_is_explicit:
            chatting = [model for model in chatting if model.local]
        for model in chatting:
            if all(may(model, ability) for ability in needs):
                return Candidate(self.backends[name], model)
        if not chatting:
            return InhouseError(
                kind=ErrorKind.NO_BACKEND,
                message=f"{name} offers no model that can chat.",
                hint="Load a chat model on that server.",
                backend=name,
            )
        return InhouseError(
            kind=ErrorKind.UNSUPPORTED,
            message=f"{name} has no model that can {' and '.join(map(_WORDS.__getitem__, sorted(needs)))}.",
            hint="`inhouse models` shows what each model can do.",
            backend=name,
            refused=Refusal.TOOLS if Ability.TOOLS in needs else Refusal.IMAGES,
        )


def may(model: Model, ability: Ability) -> bool:
    """Whether a request that needs this ability may go to the model: it has it, or nobody has said that it has not."""
    can = model.capabilities
    return ability in model.untold or (can.tool_calling if ability is Ability.TOOLS else can.image_input)


_WORDS = {Ability.TOOLS: "call tools", Ability.IMAGES: "read images"}


def no_backend() -> InhouseError:
    return InhouseError(
        kind=ErrorKind.NO_BACKEND,
        message="No model is configured.",
        hint="Set backends.NAME.url to your server, or run `inhouse model pull` for the embedded model.",
    )


def _backend_of(first: Candidate | InhouseError | None) -> str | None:
    return first.backend.name if isinstance(first, Candidate) else first.backend if first else None


def _no_such_backend(model_id: ModelId, names: tuple[str, ...]) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.MODEL_NOT_FOUND,
        message=f"No backend is named {line(model_id.backend)}.",
        hint=f"Configured: {', '.join(names)}." if names else "Set backends.NAME.url to your server.",
        model=line(str(model_id)),
    )


def _no_such_model(model_id: ModelId, *entries: Entry) -> InhouseError:
    names = [str(model.id) for entry in entries for model in entry.models][:10]
    where = f"{model_id.backend} has" if model_id.backend else "No backend has"
    return InhouseError(
        kind=ErrorKind.MODEL_NOT_FOUND,
        message=f"{where} {'no' if model_id.backend else 'a'} model named {line(model_id.name)}.",
        hint=f"There are: {', '.join(names)}." if names else "`inhouse models` lists what there is.",
        backend=model_id.backend or None,
        model=line(str(model_id) if model_id.backend else model_id.name),
    )

"""The base of all kinds: routes, a gate before them (key, loading), and knobs that a test may turn while it runs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from tests.fakes.behaviours import SERVER, paced
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.server import FakeBackend
from tests.fakes.wire import Behaviour, Head, Pause, Request, Step


class Refused(Exception):
    """Raised while a request is looked at: what is answered instead."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__("refused")
        self.behaviour = behaviour


class FakeServer(FakeBackend):
    """A FakeBackend of one kind; new `knobs` hold from the next request on, and `answer` replaces one of its routes."""

    def __init__(
        self,
        knobs: Knobs,
        *,
        not_found: Behaviour,
        wrong_method: Behaviour | None = None,
        headers: tuple[tuple[str, str], ...] = SERVER,
    ) -> None:
        super().__init__()
        self.knobs = knobs
        self._routes = {}
        self._not_found = not_found
        self._wrong_method = wrong_method or not_found
        self._headers = headers

    def paths(self) -> list[str]:
        """The routes asked for so far, in order: for counting what a detection costs."""
        return [exchange.request.route for exchange in self.exchanges()]

    def serve(self, routes: Mapping[str, Behaviour]) -> None:
        self._routes.update(routes)

    def gate(self, request: Request) -> None:
        """Raises Refused for what is refused before any route is looked at."""

    def model(self, name: str | None) -> FakeModel | None:
        """The model of this name; the first one where none is asked for."""
        known = self.knobs.models
        if name is None:
            return known[0] if known else None
        return next((model for model in known if model.name == name), None)

    def generating(self, behaviour: Behaviour) -> Behaviour:
        """An answer that takes the prefill's time before its headers, and paces its events."""
        slowed = paced(behaviour, self.knobs.event_seconds) if self.knobs.event_seconds else behaviour
        seconds = self.knobs.prefill_seconds
        return (lambda request: chain([Pause(seconds)], slowed(request))) if seconds else slowed

    def _steps(self, request: Request) -> Iterable[Step]:
        try:
            self.gate(request)
            known = request.route in self._routes or not self._has_path(request)
            return self._signed(super()._steps(request) if known else self._wrong_method(request))
        except Refused as refused:
            return self._signed(refused.behaviour(request))

    def _has_path(self, request: Request) -> bool:
        path = request.route.partition(" ")[2]
        return any(route.partition(" ")[2] == path for route in self._routes)

    def _signed(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps with the kind's own headers in place of uvicorn's."""
        for step in steps:
            if isinstance(step, Head):
                others = tuple(header for header in step.headers if header not in SERVER)
                yield replace(step, headers=(*self._headers, *others))
            else:
                yield step


def bearer(request: Request) -> str | None:
    """The key of `Authorization: Bearer …`, its scheme in any case."""
    scheme, _, key = (request.header("authorization") or "").partition(" ")
    return key if scheme.lower() == "bearer" else None


def with_headers(behaviour: Behaviour, headers: tuple[tuple[str, str], ...]) -> Behaviour:
    """The same answer with some headers more."""

    def answer(request: Request) -> Iterator[Step]:
        for step in behaviour(request):
            yield replace(step, headers=(*step.headers, *headers)) if isinstance(step, Head) else step

    return answer

"""Backends in memory behind the port, a session on them, and what a user of it hears."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from inhouse.assist.chat import stream
from inhouse.assist.session import Session
from inhouse.config.load import LayerName, Loaded
from inhouse.config.schema import Config, Routing, Tokens
from inhouse.domain.conversation import ChatRequest, Message, Role, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, Notice, Progress, TextDelta, ThinkingDelta, Usage
from inhouse.domain.fill import Filling
from inhouse.domain.models import Count, Kind, Model, ModelId, ModelState, Software, Zone
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.announce import announce
from inhouse.inference.catalog import Catalog
from inhouse.inference.listing import ListedModel
from inhouse.inference.route import Router

OPEN = Policy(air_gapped=False, local_networks=())
AIR_GAPPED = Policy(air_gapped=True, local_networks=())
REFUSING = Policy(air_gapped=False, local_networks=(), file="policy.toml", refusal="The policy refuses.")
HELLO = ChatRequest("r1", (Message(Role.USER, (TextPart("Hi"),)),))

Said = Event | InhouseError | asyncio.Event
"""A part of an answer, its failure, or what must happen before it goes on."""


def failing(kind: ErrorKind) -> InhouseError:
    return InhouseError(kind=kind, message=f"It is {kind.value}.", hint="Do something.")


class Memory:
    """One backend. `calls` is everything that was asked of it, in order, `reached[call]` set from the first one on.

    Its answer is "<name>!" by default.
    """

    def __init__(
        self,
        name: str,
        *models: str,
        zone: Zone = Zone.LOCAL,
        failure: InhouseError | None = None,
        answer: Iterable[Said] | None = None,
        count: Count | None = None,
    ) -> None:
        self.name = name
        self.software = Software(Kind.OPENAI)
        self.url = f"http://{name}"
        self.loaded = True
        self.failure = failure
        self._zone = zone
        self.listed = tuple(self.model(each) for each in models or ("m",))
        self.calls: list[str] = []
        self.reached = defaultdict[str, asyncio.Event](asyncio.Event)
        self.admitted: list[Admitted] = []
        self.filled: list[AdmittedFill] = []
        self.fills: Filling | None = None
        self.gate: asyncio.Event | None = None
        self._answer = answer
        self._count = count

    def model(
        self,
        name: str,
        *,
        chat: bool = True,
        tools: bool | None = False,
        fim: bool = False,
        state: ModelState = ModelState.READY,
    ) -> Model:
        listed = ListedModel(name, 1024, chat=chat, tools=tools, images=False, fim=fim, state=state)
        local = self._zone is Zone.LOCAL
        return announce(self.name, listed, override=None, tokens=Tokens(), local=local)

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.reached[call].set()

    async def zone(self) -> Zone:
        self._note("zone")
        return self._zone

    async def models(self, *, anew: bool = False) -> tuple[Model, ...]:
        self._note("models anew" if anew else "models")
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return self.listed

    async def remembered(self) -> tuple[Model, ...]:
        return ()

    @asynccontextmanager
    async def stream(self, admitted: Admitted) -> AsyncGenerator[AsyncIterator[Event], None]:
        self._note("stream")
        self.admitted.append(admitted)
        try:
            yield self._events(admitted.prompt.model.id)
        finally:
            self._note("closed")

    async def _events(self, model: ModelId) -> AsyncIterator[Event]:
        usage = Usage(3, 1, exact=True)
        default = (TextDelta(f"{self.name}!"), Finished(FinishReason.STOP, usage, str(model), self.name))
        for each in default if self._answer is None else self._answer:
            if isinstance(each, InhouseError):
                raise replace(each)
            if isinstance(each, asyncio.Event):
                await each.wait()
            else:
                yield each

    def filling(self, model: Model) -> Filling:
        return self.fills or (Filling.MIDDLE if model.capabilities.fim else Filling.END)

    @asynccontextmanager
    async def fill(self, admitted: AdmittedFill) -> AsyncGenerator[AsyncIterator[Event], None]:
        self._note("fill")
        self.filled.append(admitted)
        try:
            yield self._events(admitted.fill.model.id)
        finally:
            self._note("closed")

    async def count_messages(self, admitted: Admitted) -> Count | None:
        self._note("count_messages")
        self.admitted.append(admitted)
        return self._count

    async def count_text(self, text: AdmittedText) -> Count | None:
        self._note("count_text")
        return self._count

    async def warm_up(self) -> None:
        self._note("warm_up")


def session(
    *backends: Memory,
    order: tuple[str, ...] = (),
    fallback: bool = True,
    model: str = "auto",
    completion_model: str = "auto",
    policy: Policy = OPEN,
    provenance: Mapping[str, LayerName] | None = None,
    covered: Mapping[str, object] | None = None,
) -> Session:
    """Put together as the composition root does it."""
    by_name = {backend.name: backend for backend in backends}
    config = Config(model=model, completion_model=completion_model, routing=Routing(order=order, fallback=fallback))
    loaded = Loaded(config, provenance or {}, under_project=covered or {})
    catalog = Catalog(by_name, policy, lambda: None)
    router = Router(by_name, order or tuple(by_name), bool(order), catalog)
    return Session(loaded, policy, by_name, catalog, router, Redactor())


async def heard(on: Session, request: ChatRequest = HELLO, *, model: str | None = None) -> list[str]:
    """What a chat tells its user, in short; a failure is its last line."""
    lines: list[str] = []
    try:
        async with stream(on, replace(request, model=model)) as events:
            async for event in events:
                lines += _line(event)
    except InhouseError as error:
        lines.append(f"error {error.kind.value}")
    return lines


def _line(event: Event) -> list[str]:
    match event:
        case TextDelta(text) | ThinkingDelta(text):
            return [text]
        case Notice(message):
            return [f"notice {message}"]
        case Finished():
            return [event.model]
        case Progress():
            return []
        case _:
            return [repr(event)]

"""A backend at a URL: what its server is is found out, and each is asked in its own way."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.config.schema import Config
from inhouse.domain.conversation import Tool
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Progress, Stage
from inhouse.domain.fill import Filling
from inhouse.domain.models import Count, Kind, Model, ModelId, Software, Zone
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText
from inhouse.governance.zone import networks, zone_of
from inhouse.inference.affinity import affinity_id
from inhouse.inference.announce import announce
from inhouse.inference.discovery import Discovery
from inhouse.inference.egress.addresses import resolve
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim.prompt import cannot_fill
from inhouse.inference.known import KnownServers
from inhouse.inference.listing import Listing
from inhouse.inference.openai.messages import offered
from inhouse.inference.openai.rules import Rules
from inhouse.inference.openai.transcript import transcript
from inhouse.inference.prober import REFUSALS
from inhouse.inference.retry import pause
from inhouse.inference.servers.server import Server
from inhouse.inference.servers.table import SERVERS
from inhouse.inference.slots import Slots, Urgency
from inhouse.inference.waiting import begun_within, within

ZONE_SECONDS = 60.0
"""For how long a name's addresses are believed when a backend is judged; every connection is judged anew."""

_NO_SUCH_PATH = (404, 405, 501)

_log = logging.getLogger(__name__)


class RemoteBackend:
    """A server somebody else runs. `affinity` is this user's key for opaque conversation ids, where any are wanted;
    `slots` are those that the sessions before this one use, too."""

    loaded = True

    def __init__(
        self,
        name: str,
        config: Config,
        channel: Channel,
        servers: KnownServers,
        affinity: Secret | None = None,
        slots: Slots | None = None,
    ) -> None:
        self.name = name
        self._settings = config.backends[name]
        self._config = config
        self._channel = channel
        self._slots = slots or Slots(self._settings.max_concurrency)
        self._zone: tuple[Zone, float] | None = None
        self._networks = networks(config.privacy.local_networks)
        self._discovery = Discovery(self._settings.kind, channel, servers, config.discovery.timeout)
        self._affinity = affinity
        self._uncounted: set[str] = set()
        self._not_filling: set[str] = set()

    @property
    def software(self) -> Software:
        return self._discovery.software

    @property
    def url(self) -> str:
        return self._settings.url

    async def zone(self) -> Zone:
        settings = self._settings
        if settings.forced_zone is not None:
            return settings.forced_zone
        if self.software.kind is Kind.HUGGINGFACE:
            return Zone.CLOUD
        if self._zone is None or time.monotonic() - self._zone[1] > ZONE_SECONDS:
            self._zone = (await self._zone_by_address(), time.monotonic())
        return self._zone[0]

    async def _zone_by_address(self) -> Zone:
        origin = Origin.parse(self._settings.url)
        try:
            async with asyncio.timeout(self._config.discovery.timeout):
                addresses = await resolve(origin.host, origin.port)
        except (OSError, TimeoutError):
            return Zone.CLOUD
        return zone_of(addresses, self._networks)

    async def warm_up(self) -> None:
        await self._channel.open()

    async def models(self, *, anew: bool = False) -> tuple[Model, ...]:
        limit = self._config.discovery.timeout
        late = InhouseError(
            kind=ErrorKind.TIMEOUT,
            message=f"{self.name} did not list its models within {limit:g} s.",
            hint="Look at the server's load, or raise discovery.timeout.",
            backend=self.name,
        )
        async with within(limit, late):
            listing = await self._discovery.list_models(anew=anew)
            self._uncounted.clear()
            self._not_filling.clear()
        return await self._announced(listing)

    async def remembered(self) -> tuple[Model, ...]:
        return await self._announced(await self._discovery.remembered())

    async def _announced(self, listing: Listing) -> tuple[Model, ...]:
        local = await self.zone() is Zone.LOCAL
        overrides = {override.name: override for override in self._settings.models}
        return tuple(
            announce(self.name, each, override=overrides.get(each.name), tokens=self._config.tokens, local=local)
            for each in listing.models
        )

    @property
    def _server(self) -> Server:
        return SERVERS[self._discovery.kind]

    @asynccontextmanager
    async def stream(self, admitted: Admitted) -> AsyncGenerator[AsyncIterator[Event], None]:
        async with AsyncExitStack() as stack:
            urgency = Urgency.of(admitted.prompt.request)
            yield self._events(admitted.prompt.model.id, urgency, lambda trial: self._answer(admitted, trial), stack)

    @asynccontextmanager
    async def fill(self, admitted: AdmittedFill) -> AsyncGenerator[AsyncIterator[Event], None]:
        model = admitted.fill.model
        if self.filling(model) is Filling.NOTHING:
            raise cannot_fill(model)
        async with AsyncExitStack() as stack:
            yield self._events(model.id, Urgency.FILL, lambda trial: self._filled(admitted, trial), stack)

    async def _events(
        self,
        model: ModelId,
        urgency: Urgency,
        ask: Callable[[AsyncExitStack], AsyncIterator[Event]],
        stack: AsyncExitStack,
    ) -> AsyncIterator[Event]:
        """The events of what `ask` asks for, when it is its turn and as often as is worth a try."""
        if self._slots.locked():
            yield Progress(Stage.QUEUED, str(model))
        await stack.enter_async_context(self._slots.slot(urgency))
        yield Progress(Stage.WAITING, str(model))
        tries = 0
        while True:
            tries += 1
            trial = await stack.enter_async_context(AsyncExitStack())
            begun = False
            try:
                async for event in ask(trial):
                    begun = True
                    yield event
            except InhouseError as exc:
                seconds = None if begun else pause(exc, tries)
                if seconds is None:
                    raise
                await trial.aclose()
                _log.info("%s: %s; try %d in %.1f s", self.name, exc.kind.value, tries + 1, seconds)
                await asyncio.sleep(seconds)
            else:
                return

    def _answer(self, admitted: Admitted, stack: AsyncExitStack) -> AsyncIterator[Event]:
        model = admitted.prompt.model.id
        rules = self._rules(model, offered(admitted.prompt.request))
        ask = self._server.chat if admitted.prompt.model.capabilities.chat else self._server.complete
        answer = ask(self._channel, admitted, self._headers(admitted), rules, stack)
        return begun_within(self._settings.first_token_timeout, answer, self._no_first_token(model))

    def filling(self, model: Model) -> Filling:
        return Filling.NOTHING if model.id.name in self._not_filling else self._server.filling(model)

    async def _filled(self, admitted: AdmittedFill, stack: AsyncExitStack) -> AsyncIterator[Event]:
        """A gateway may let only chats pass, and llama.cpp's answer to whether it fills in may be out of date: who
        refuses the path is not asked again until the next list."""
        model = admitted.fill.model.id
        answer = self._server.fill(self._channel, admitted, self._rules(model), stack)
        try:
            async for event in begun_within(self._settings.first_token_timeout, answer, self._no_first_token(model)):
                yield event
        except InhouseError as exc:
            if exc.status in _NO_SUCH_PATH and exc.kind is not ErrorKind.MODEL_NOT_FOUND:
                self._not_filling.add(model.name)
            raise

    def _headers(self, admitted: Admitted) -> tuple[tuple[str, str], ...]:
        if self._affinity is None or not self._settings.affinity_header:
            return ()
        return ((self._settings.affinity_header, affinity_id(admitted.prompt.request, self._affinity)),)

    def _rules(self, model: ModelId, tools: tuple[Tool, ...] = ()) -> Rules:
        return Rules(
            model=model,
            first_token_timeout=self._settings.first_token_timeout,
            idle_timeout=self._settings.idle_timeout,
            answer_bytes=self._config.limits.answer_bytes,
            line_bytes=self._config.limits.line_bytes,
            tools=tools,
            tool_arguments_bytes=self._config.limits.tool_arguments_bytes,
            tool_calls_in_text=self._settings.tool_calls_in_text,
            kind=self._discovery.kind,
            version=self._discovery.software.version or "",
        )

    def _no_first_token(self, model: ModelId) -> InhouseError:
        return InhouseError(
            kind=ErrorKind.TIMEOUT,
            message=f"{self.name} sent no first token for {self._settings.first_token_timeout:g} s.",
            hint="Raise first_token_timeout of this backend if it needs that long.",
            backend=self.name,
            model=str(model),
        )

    async def count_messages(self, admitted: Admitted) -> Count | None:
        if not admitted.prompt.model.capabilities.chat:
            return await self._counted_transcript(admitted)
        count = self._server.count_messages
        return None if count is None else await self._counted("messages", lambda: count(self._channel, admitted))

    async def _counted_transcript(self, admitted: Admitted) -> Count | None:
        """With one more token, for the one that many models want at the beginning."""
        messages = admitted.prompt.request.messages
        count = await self.count_text(admitted.rendered(transcript(messages)))
        return None if count is None else Count(count.tokens + 1, exact=False)

    async def count_text(self, text: AdmittedText) -> Count | None:
        count = self._server.count_text
        return None if count is None else await self._counted("text", lambda: count(self._channel, text))

    async def _counted(self, what: str, count: Callable[[], Awaitable[int]]) -> Count | None:
        """None where the server cannot count after all: an older one, another than its `kind` says, or one behind a
        gateway that lets only chats pass (Ray Serve LLM 2.60 takes no messages at vLLM's /tokenize, seen). Where it
        refuses the path it is not asked again until the next list."""
        if what in self._uncounted:
            return None
        limit = self._settings.first_token_timeout
        late = InhouseError(
            kind=ErrorKind.TIMEOUT,
            message=f"{self.name} did not count the prompt's tokens within {limit:g} s.",
            hint="Look at the server's load, or raise first_token_timeout of this backend.",
            backend=self.name,
        )
        try:
            async with within(limit, late):
                return Count(await _tried(count), exact=True)
        except InhouseError as exc:
            if exc.status in REFUSALS:
                self._uncounted.add(what)
            elif exc.kind not in (ErrorKind.BAD_RESPONSE, ErrorKind.INVALID_REQUEST):
                raise
            return None


async def _tried(count: Callable[[], Awaitable[int]]) -> int:
    """As often as the chat itself would be."""
    tries = 1
    while True:
        try:
            return await count()
        except InhouseError as exc:
            seconds = pause(exc, tries)
            if seconds is None:
                raise
        tries += 1
        await asyncio.sleep(seconds)

"""A backend at a URL: any OpenAI-compatible server, with llama.cpp's own abilities where that is what it is."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.config.schema import Config
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Progress, Stage
from inhouse.domain.models import Count, Kind, Model, ModelId, Zone
from inhouse.domain.origin import Origin
from inhouse.governance.admission import Admitted, AdmittedText
from inhouse.governance.zone import networks, zone_of
from inhouse.inference import llamacpp
from inhouse.inference.announce import announce
from inhouse.inference.egress.addresses import resolve
from inhouse.inference.egress.channel import Channel
from inhouse.inference.openai import client
from inhouse.inference.openai.answer import Rules
from inhouse.inference.waiting import begun_within, within

ZONE_SECONDS = 60.0
"""For how long a name's addresses are believed when a backend is judged; every connection is judged anew."""


class RemoteBackend:
    """A server somebody else runs."""

    loaded = True

    def __init__(self, name: str, config: Config, channel: Channel) -> None:
        self.name = name
        self._settings = config.backends[name]
        self._config = config
        self._channel = channel
        self._turns = asyncio.Semaphore(self._settings.max_concurrency)
        self._zone: tuple[Zone, float] | None = None
        self._networks = networks(config.privacy.local_networks)

    @property
    def kind(self) -> Kind:
        return self._settings.kind

    @property
    def url(self) -> str:
        return self._settings.url

    async def zone(self) -> Zone:
        settings = self._settings
        if settings.forced_zone is not None:
            return settings.forced_zone
        if settings.kind is Kind.HUGGINGFACE:
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

    async def models(self) -> tuple[Model, ...]:
        limit = self._config.discovery.timeout
        late = InhouseError(
            kind=ErrorKind.TIMEOUT,
            message=f"{self.name} did not list its models within {limit:g} s.",
            hint="Look at the server's load, or raise discovery.timeout.",
            backend=self.name,
        )
        async with within(limit, late):
            local = await self.zone() is Zone.LOCAL
            listed = await client.list_models(self._channel)
        lengths = {model.name: model.context_length for model in listed}
        overrides = {override.name: override for override in self._settings.models}
        return tuple(
            announce(
                ModelId(self.name, name),
                context_length=lengths.get(name),
                override=overrides.get(name),
                tokens=self._config.tokens,
                local=local,
            )
            for name in lengths
        )

    @asynccontextmanager
    async def stream(self, admitted: Admitted) -> AsyncGenerator[AsyncIterator[Event], None]:
        async with AsyncExitStack() as stack:
            yield self._events(admitted, stack)

    async def _events(self, admitted: Admitted, stack: AsyncExitStack) -> AsyncIterator[Event]:
        model = admitted.prompt.model.id
        if self._turns.locked():
            yield Progress(Stage.QUEUED, str(model))
        await stack.enter_async_context(self._turns)
        yield Progress(Stage.WAITING, str(model))
        extras = llamacpp.CHAT_EXTRAS if self.kind is Kind.LLAMACPP else {}
        answer = client.chat(self._channel, admitted, extras, self._rules(model), stack)
        limit = self._settings.first_token_timeout
        async for event in begun_within(limit, answer, self._no_first_token(model)):
            yield event

    def _rules(self, model: ModelId) -> Rules:
        return Rules(
            model=model,
            first_token_timeout=self._settings.first_token_timeout,
            idle_timeout=self._settings.idle_timeout,
            answer_bytes=self._config.limits.answer_bytes,
            line_bytes=self._config.limits.line_bytes,
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
        if self.kind is not Kind.LLAMACPP:
            return None
        return await self._counted(llamacpp.count_messages(self._channel, admitted))

    async def count_text(self, text: AdmittedText) -> Count | None:
        if self.kind is not Kind.LLAMACPP:
            return None
        return await self._counted(llamacpp.count_text(self._channel, text))

    async def _counted(self, count: Awaitable[int]) -> Count | None:
        """None where the server cannot count after all: an older one, or another than its `kind` says."""
        limit = self._settings.first_token_timeout
        late = InhouseError(
            kind=ErrorKind.TIMEOUT,
            message=f"{self.name} did not count the prompt's tokens within {limit:g} s.",
            hint="Look at the server's load, or raise first_token_timeout of this backend.",
            backend=self.name,
        )
        try:
            async with within(limit, late):
                return Count(await count, exact=True)
        except InhouseError as exc:
            if exc.kind is not ErrorKind.BAD_RESPONSE:
                raise
            return None

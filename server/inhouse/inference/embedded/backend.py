"""The embedded engine as a backend: the same wire as a llama.cpp server elsewhere, in a process of ours."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from inhouse.config.schema import Config
from inhouse.domain.conversation import Tool
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Progress, Stage
from inhouse.domain.fill import Filling
from inhouse.domain.models import Count, Kind, Model, ModelId, Software, Zone
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText
from inhouse.inference.announce import announce
from inhouse.inference.egress.channel import Channel
from inhouse.inference.embedded import store
from inhouse.inference.embedded.engine import CONTEXT_LENGTH
from inhouse.inference.embedded.gguf import chat_template, trained_context_length
from inhouse.inference.embedded.supervisor import Supervisor
from inhouse.inference.fim.prompt import filling
from inhouse.inference.listing import ListedModel
from inhouse.inference.openai import client
from inhouse.inference.openai.dialect import OPENAI
from inhouse.inference.openai.fill import fill
from inhouse.inference.openai.messages import offered
from inhouse.inference.openai.rules import Rules
from inhouse.inference.servers import llamacpp
from inhouse.inference.slots import Urgency
from inhouse.inference.waiting import begun_within, within

NAME = "embedded"
ANSWER_TOKENS = 1024
"""Of an answer for which nobody set a bound: a little model may never find an end."""

EXTRAS = {**llamacpp.CHAT_EXTRAS, "repeat_penalty": 1.1}
"""Without the penalty a little model soon repeats one sentence for ever."""

FIRST_TOKEN_SECONDS = 900.0
IDLE_SECONDS = 120.0
COUNT_SECONDS = 120.0


class EmbeddedBackend:
    """One model, one conversation at a time: its whole context belongs to whoever's turn it is."""

    name = NAME
    software = Software(Kind.EMBEDDED)

    def __init__(self, config: Config, models: Path, supervisor: Supervisor) -> None:
        self._config = config
        self._models = models
        self._supervisor = supervisor
        self._turns = supervisor.turns
        self._templates: dict[Path, bool] = {}

    @property
    def url(self) -> str:
        return "embedded"

    @property
    def loaded(self) -> bool:
        return self._supervisor.loaded

    async def zone(self) -> Zone:
        return Zone.LOCAL

    async def warm_up(self) -> None:
        """Nothing ahead of time: the model is loaded when it is first asked."""

    async def models(self, *, anew: bool = False) -> tuple[Model, ...]:  # noqa: ARG002 - nothing is remembered
        # Looked for each time: `inhouse model pull` may have brought it while the server runs.
        path = await asyncio.to_thread(store.resolve, self._config.embedded.model, self._models)
        trained = await asyncio.to_thread(trained_context_length, path)
        length = min(trained or CONTEXT_LENGTH, CONTEXT_LENGTH)
        tools = await self._knows_tools(path)
        listed = ListedModel(path.stem, length, tools=tools, images=False, detail="on this computer's own processor")
        return (announce(NAME, listed, override=None, tokens=self._config.tokens, local=True),)

    async def _knows_tools(self, path: Path) -> bool:
        """Whether its chat template has a place for tools; looked up once for each file."""
        if self._templates.get(path) is None:
            template = await asyncio.to_thread(chat_template, path)
            self._templates[path] = template is not None and "tools" in template
        return self._templates[path]

    async def remembered(self) -> tuple[Model, ...]:
        return ()

    @asynccontextmanager
    async def stream(self, admitted: Admitted) -> AsyncGenerator[AsyncIterator[Event], None]:
        async with AsyncExitStack() as stack:
            request, model = admitted.prompt.request, admitted.prompt.model.id
            rules = self._rules(model, offered(request))
            yield self._events(
                model, Urgency.of(request), lambda to: client.chat(to, _bounded(admitted), EXTRAS, rules, stack), stack
            )

    def filling(self, model: Model) -> Filling:
        return filling(model)

    @asynccontextmanager
    async def fill(self, admitted: AdmittedFill) -> AsyncGenerator[AsyncIterator[Event], None]:
        """By a raw completion: `/infill` would take only a batch of what stands around, and our batches are small."""
        model = admitted.fill.model.id
        async with AsyncExitStack() as stack:
            rules = self._rules(model)
            yield self._events(model, Urgency.FILL, lambda to: fill(to, admitted, {}, rules, stack, OPENAI), stack)

    async def _events(
        self, model: ModelId, urgency: Urgency, ask: Callable[[Channel], AsyncIterator[Event]], stack: AsyncExitStack
    ) -> AsyncIterator[Event]:
        """The events of what `ask` asks for, when it is its turn."""
        if self._turns.locked():
            yield Progress(Stage.QUEUED, str(model))
        await stack.enter_async_context(self._turns.slot(urgency))
        if not self.loaded:
            yield Progress(Stage.LOADING, str(model))
        channel = await stack.enter_async_context(self._supervisor.lease())
        first = stack.enter_context(self._supervisor.slot())
        yield Progress(Stage.WAITING if first else Stage.QUEUED, str(model))
        late = _late(f"began no answer within {FIRST_TOKEN_SECONDS:g} s")
        try:
            async for event in begun_within(FIRST_TOKEN_SECONDS, ask(channel), late):
                yield event
        except InhouseError as exc:
            raise await self._explained(exc, channel) from exc

    def _rules(self, model: ModelId, tools: tuple[Tool, ...] = ()) -> Rules:
        limits = self._config.limits
        return Rules(
            model=model,
            first_token_timeout=FIRST_TOKEN_SECONDS,
            idle_timeout=IDLE_SECONDS,
            answer_bytes=limits.answer_bytes,
            line_bytes=limits.line_bytes,
            tools=tools,
            tool_arguments_bytes=limits.tool_arguments_bytes,
            kind=Kind.LLAMACPP,
        )

    async def count_messages(self, admitted: Admitted) -> Count | None:
        return await self._counted(lambda channel: llamacpp.count_messages(channel, admitted))

    async def count_text(self, text: AdmittedText) -> Count | None:
        return await self._counted(lambda channel: llamacpp.count_text(channel, text))

    async def _counted(self, count: Callable[[Channel], Awaitable[int]]) -> Count:
        """Every request begins here; an engine that died while nobody needed it is started anew for it."""
        try:
            return await self._counted_once(count)
        except InhouseError as exc:
            if exc.kind is not ErrorKind.UNREACHABLE:
                raise
            return await self._counted_once(count)

    async def _counted_once(self, count: Callable[[Channel], Awaitable[int]]) -> Count:
        async with self._supervisor.lease() as channel:
            try:
                async with within(
                    COUNT_SECONDS, _late(f"did not count the prompt's tokens within {COUNT_SECONDS:g} s")
                ):
                    return Count(await count(channel), exact=True)
            except InhouseError as exc:
                raise await self._explained(exc, channel) from exc

    async def _explained(self, failure: InhouseError, channel: Channel) -> InhouseError:
        if failure.kind is ErrorKind.TIMEOUT:
            self._supervisor.abandon(channel)
            return failure
        return await self._supervisor.explained(failure)


def _late(what: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.TIMEOUT,
        message=f"The embedded engine {what}.",
        hint="Ask again, and it is started anew; if it happens often, the model is too large for this machine.",
        backend=NAME,
    )


def _bounded(admitted: Admitted) -> Admitted:
    prompt = admitted.prompt
    if prompt.request.options.max_tokens is not None or prompt.max_tokens is None:
        return admitted
    return admitted.bounded(min(prompt.max_tokens, ANSWER_TOKENS))

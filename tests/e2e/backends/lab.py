"""A server, and an editor whose user knows its URL and nothing else (but a key, where it wants one)."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.e2e.backends.found import Row
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.under_test import ServerUnderTest
from tests.home import isolated_home
from tests.lsp.client import EditorClient, start_client
from tests.lsp.plain_json import JsonObject
from tests.lsp.running import Chat, RunningRequest
from tests.user_file import write_user_file

CHATS = ("POST /v1/chat/completions", "POST /v1/completions", "POST /api/chat", "POST /api/generate")
"""The routes on which answers are generated."""


@dataclass(frozen=True, slots=True)
class Lab:
    """`name` is that of the backend in the settings, `home` the environment for the command line."""

    name: str
    server: ServerUnderTest
    client: EditorClient
    home: Mapping[str, str]
    row: Row

    @property
    def model(self) -> str:
        return f"{self.name}|{self.server.model}"

    @property
    def tools(self) -> bool:
        """Whether the model may be relied on to call tools: Hugging Face's router has a provider of it that cannot."""
        return self.server.tools and self.server.kind != "huggingface"

    @property
    def fake(self) -> FakeServer:
        assert self.server.fake is not None
        return self.server.fake

    def asked(self, messages: str | list[JsonObject], **more: object) -> JsonObject:
        """Params of a chat; `more` are options, or other members where a chat has them by that name."""
        listed = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        other = {name: more.pop(name) for name in ("tools", "toolChoice") if name in more}
        return {"model": self.model, "messages": listed, "options": {"temperature": 0, **more}} | other

    async def chat(self, messages: str | list[JsonObject], **more: object) -> Chat:
        return await self.client.chat(self.asked(messages, **more))

    def start_chat(self, messages: str | list[JsonObject], **more: object) -> RunningRequest:
        return self.client.start_chat(self.asked(messages, **more))

    async def listed(self, *, refresh: bool = False) -> JsonObject:
        """The model as `inhouse/models` shows it."""
        answer = await self.client.request("inhouse/models", {"refresh": refresh})
        found = [model for model in answer["models"] if model["id"] == self.model]
        assert found, answer
        return found[0]

    async def status(self) -> JsonObject:
        backends: list[JsonObject] = (await self.client.request("inhouse/status"))["backends"]
        return next(backend for backend in backends if backend["name"] == self.name)

    def chats(self) -> int:
        """How often an answer was asked for; of a fake only."""
        return sum(exchange.request.route in CHATS for exchange in self.fake.exchanges())

    def on(self, server: ServerUnderTest) -> "Lab":
        return replace(self, server=server)


@contextmanager
def turned(server: FakeServer | None, **knobs: Any) -> Generator[None]:  # noqa: ANN401 - the fields of Knobs
    """The fake behaves so meanwhile; a real server behaves as it does."""
    if server is None:
        yield
        return
    before = server.knobs
    server.knobs = replace(before, **knobs)
    try:
        yield
    finally:
        server.knobs = before


@asynccontextmanager
async def labs(
    folder: Path,
    servers: Mapping[str, ServerUnderTest],
    urls: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
) -> AsyncGenerator[dict[str, Lab]]:
    """One editor with all of them, each by its URL, or by the one in `urls`; `settings` are more of each backend's."""
    workspace = folder / "workspace"
    workspace.mkdir()
    tables: dict[str, dict[str, object]] = {}
    keys: dict[str, str] = {}
    for number, (name, server) in enumerate(servers.items()):
        tables[f"backends.{_slug(name)}"] = {"url": (urls or {}).get(name, server.url), **(settings or {})}
        if server.key is not None:
            keys[f"LAB_KEY_{number}"] = server.key
            tables[f"backends.{_slug(name)}"]["api_key_env"] = f"LAB_KEY_{number}"
    with isolated_home(folder / "home") as home:
        write_user_file(home, tables)
        async with start_client(home | keys, workspace) as client:
            yield {name: Lab(_slug(name), server, client, home | keys, Row(name)) for name, server in servers.items()}


def _slug(name: str) -> str:
    return name.replace(".", "-")


def notices(chat: Chat) -> list[str]:
    return [value["message"] for value in chat.partials if value["kind"] == "notice"]


def calls(chat: Chat) -> list[tuple[str, JsonObject]]:
    return [(value["name"], value["arguments"]) for value in chat.partials if value["kind"] == "toolCall"]

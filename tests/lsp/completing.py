"""Typing in an editor that shows suggestions."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import attrs
from lsprotocol import types

from tests.fakes.exchange import Exchange
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.server import FakeServer
from tests.lsp.client import CAPABILITIES, EditorClient
from tests.lsp.plain_json import JsonObject
from tests.lsp.running import RunningRequest
from tests.until import until
from tests.user_file import write_user_file

CURSOR = "█"
INFILL = "POST /infill"
STANDARD: Literal["textDocument/inlineCompletion"] = "textDocument/inlineCompletion"
CODER = (FakeModel("acme/qwen2.5-coder", fim=True),)
_UNIT = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def coder(*fills: str, event_seconds: float = 0.0, context_length: int = 4096) -> Knobs:
    """A server whose model fills in these pieces."""
    models = (FakeModel("acme/coder", context_length=context_length, fim=True),)
    return Knobs(models=models, fills=fills, event_seconds=event_seconds)


def configure(home: Mapping[str, str], fake: FakeServer, **completion: object) -> None:
    """A user with this one server, who need not be quiet for long before something is suggested."""
    write_user_file(home, {"backends.lab": {"url": fake.url}, "completion": {"debounce_ms": 1, **completion}})


def fills(fake: FakeServer) -> list[Exchange]:
    """What was asked of the model, without the question whether it fills in at all."""
    return [one for one in fake.exchanges(INFILL) if one.request.json.get("input_prefix")]


async def fill(fake: FakeServer) -> Exchange:
    """The first one, once it has begun to answer."""
    await until(lambda: any(one.sent for one in fills(fake)))
    return fills(fake)[0]


@dataclass
class Buffer:
    """An open document and the cursor in it; `text` is opened with the cursor as █."""

    client: EditorClient
    uri: str
    text: str
    language: str = "python"
    encoding: str = "utf-16"
    version: int = 1

    def __post_init__(self) -> None:
        self.before, _, self.after = self.text.partition(CURSOR)
        item = types.TextDocumentItem(self.uri, self.language, self.version, self.before + self.after)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, text: str, *, closes: str = "") -> None:
        """`closes` is what the editor puts behind the cursor by itself."""
        self.before += text
        self.after = closes + self.after
        self._changed()

    def erase(self, count: int = 1) -> None:
        self.before = self.before[:-count]
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        whole = types.TextDocumentContentChangeWholeDocument(text=self.before + self.after)
        document = types.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    @property
    def position(self) -> JsonObject:
        lines = self.before.split("\n")
        codec, size = _UNIT[self.encoding]
        return {"line": len(lines) - 1, "character": len(lines[-1].encode(codec)) // size}

    def ask(
        self, *, invoked: bool = False, selected: JsonObject | None = None, method: str = STANDARD
    ) -> RunningRequest:
        context: JsonObject = {"triggerKind": 1 if invoked else 2}
        if selected is not None:
            context["selectedCompletionInfo"] = selected
        params = {"textDocument": {"uri": self.uri}, "position": self.position, "context": context}
        return self.client.start(method, params)

    async def items(self, *, invoked: bool = False) -> list[JsonObject]:
        result = await self.ask(invoked=invoked).result()
        items: list[JsonObject] = result["items"]
        return items

    async def suggestion(self, *, invoked: bool = False) -> str | None:
        """The text of the one item, or None for none."""
        items = await self.items(invoked=invoked)
        assert len(items) <= 1
        return items[0]["insertText"] if items else None


@dataclass(frozen=True, slots=True)
class Typist:
    """A user with one server, who opens a file of the workspace."""

    start_client: Callable[..., AbstractAsyncContextManager[EditorClient]]
    home: Mapping[str, str]
    workspace: Path

    @asynccontextmanager
    async def at(
        self,
        text: str,
        fake: FakeServer,
        *,
        name: str = "a.py",
        language: str = "python",
        encoding: str = "utf-16",
        **completion: object,
    ) -> AsyncGenerator[Buffer]:
        """`completion`: the user's settings of it."""
        configure(self.home, fake, **completion)
        general = types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind(encoding)])
        async with self.start_client(capabilities=attrs.evolve(CAPABILITIES, general=general)) as client:
            yield Buffer(client, (self.workspace / name).as_uri(), text, language, encoding)

"""One scene for tests of code actions: a server, a fake model with a scripted answer, and an editor with a file."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from inhouse.lsp import uris
from inhouse.lsp.documents import Encoding
from tests.fakes import answers
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.client import EditorClient
from tests.lsp.editing import Editing
from tests.lsp.plain_json import JsonObject

REWRITE, FIX = "refactor.rewrite.inhouse", "quickfix.inhouse"
DOCUMENT, TESTS = "refactor.inhouse.document", "refactor.inhouse.tests"
COMPLETE, EXPLAIN = "refactor.inhouse.complete", "refactor.inhouse.explain"

CODE = "import os\n\ndef add(a, b):\n    return a - b\n\nprint(add(1, 2))\n"
ADD = (2, 0, 4, 0)
BETTER = "Sure:\n```python\ndef add(a, b):\n    return a + b\n```\n"


@dataclass(frozen=True, slots=True)
class Scene:
    editor: Editing
    backend: FakeBackend
    file: Path

    def open(self, text: str = CODE, language: str = "python") -> str:
        return self.editor.open(self.file, language, text)

    @property
    def prompt(self) -> str:
        """What the model was told last."""
        messages: list[JsonObject] = self.backend.exchanges(CHAT)[-1].request.json["messages"]
        return "\n".join(message["content"] for message in messages)

    @property
    def messages(self) -> list[str]:
        """What the user was told."""
        return [params["message"] for params in self.editor.client.notified("window/showMessage")]


@dataclass(frozen=True, slots=True)
class Play:
    """`async with play("the model's answer") as scene`."""

    start_client: Callable[..., AbstractAsyncContextManager[EditorClient]]
    workspace: Path

    @asynccontextmanager
    async def __call__(
        self,
        answer: str | None = None,
        *,
        file: str = "calc.py",
        settings: JsonObject | None = None,
        encoding: Encoding = "utf-16",
        **options: object,
    ) -> AsyncGenerator[Scene]:
        """`settings` are those of the section `inhouse`, `options` those of `start_client`."""
        with FakeBackend(chat=None if answer is None else answers.chat((answer,))) as backend:
            sections = {"huggingface": {"customTGIEndpoint": backend.url}, "inhouse": settings or {}}
            async with self.start_client(settings=sections, **options) as client:
                yield Scene(Editing(client, encoding), backend, self.workspace / file)


def kept(result: JsonObject) -> str:
    """The chat document that a result names."""
    path = uris.to_path(result["uri"])
    assert path is not None
    return path.read_text("utf-8")

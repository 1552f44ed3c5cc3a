"""One scene for tests of code actions: a server, a fake model with a scripted answer, and an editor with a file."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inhouse.lsp import uris
from inhouse.lsp.documents import Encoding
from tests.fakes import answers
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.conftest import StartClient
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


@asynccontextmanager
async def play(
    start_client: StartClient,
    file: Path,
    answer: str | None = None,
    *,
    settings: JsonObject | None = None,
    encoding: Encoding = "utf-16",
    **options: Any,  # noqa: ANN401  # start_client's
) -> AsyncGenerator[Scene]:
    """`answer` is the model's, whatever it is asked; `settings` are those of the section `inhouse`."""
    with FakeBackend(chat=None if answer is None else answers.chat((answer,))) as backend:
        sections = {"huggingface": {"customTGIEndpoint": backend.url}, "inhouse": settings or {}}
        async with start_client(settings=sections, **options) as client:
            yield Scene(Editing(client, encoding), backend, file)


def kept(result: JsonObject) -> str:
    """The chat document that a result names."""
    path = uris.to_path(result["uri"])
    assert path is not None
    return path.read_text("utf-8")

"""An answer that did not become an edit, as a chat document in our own folder, for the user to read and go on with."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from inhouse.assist.actions.request import ActionRequest
from inhouse.config.paths import Paths
from inhouse.context.chat_document.answer_text import AnswerText
from inhouse.context.chat_document.marks import YOU, heading
from inhouse.context.prompts.piece import text_of
from inhouse.context.prompts.question import question
from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.jsonrpc import members
from inhouse.workspace.kept_answers import keep

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`path` is None where it could not be written."""

    path: Path | None

    @classmethod
    async def of(cls, request: ActionRequest, answer: str, model: str) -> Self:
        name = Path(request.file.name).name
        told = question(request.kind, request.file, text_of(request.file.lines, request.span), request.instruction)
        text = "\n\n".join([heading(YOU), told, heading(model), _plain(answer), heading(YOU), ""])
        try:
            return cls(await asyncio.to_thread(keep, Paths.current().state / "answers", name, text))
        except OSError as exc:
            _log.warning("an answer could not be kept: %s", exc.strerror)
            return cls(None)

    @property
    def where(self) -> str:
        return "" if self.path is None else f"The answer is in {self.path}."

    @property
    def shape(self) -> dict[str, object]:
        return {} if self.path is None else {"uri": self.path.as_uri()}

    async def show(self, client: Client) -> bool:
        """Whether the client says that it has opened the document."""
        if self.path is None or not client.declares("window", "showDocument", "support"):
            return False
        try:
            answer = await client.request("window/showDocument", {"uri": self.path.as_uri(), "takeFocus": True})
        except (InhouseError, RefusedByClient):
            return False
        return members(answer).get("success") is True


def _plain(answer: str) -> str:
    """As it can stand in a chat document: it begins no turn of its own."""
    text = AnswerText()
    return text.add(answer) + text.end()

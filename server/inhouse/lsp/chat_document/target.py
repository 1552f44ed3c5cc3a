"""What an answer is on its way to: a document, a question in it, and the person who waits."""

from dataclasses import dataclass

from inhouse.context.chat_document.document import Turn
from inhouse.context.chat_document.surroundings import place_after
from inhouse.domain.code import Position
from inhouse.domain.events import Notice, Progress, ThinkingDelta
from inhouse.lsp import messages
from inhouse.lsp.client import Client
from inhouse.lsp.documents import Document, Documents
from inhouse.lsp.stages import Stages


@dataclass(frozen=True, slots=True)
class Target:
    """`document` is as it was when the question was sent."""

    client: Client
    documents: Documents
    document: Document
    question: Turn
    stages: Stages

    @property
    def place(self) -> Position:
        """Where the answer goes, in `document`."""
        return place_after(self.question, self.document.lines)

    def tell(self, event: Progress | Notice | ThinkingDelta) -> None:
        """What a person is told outside the document."""
        if isinstance(event, Notice):
            messages.info(self.client, event.message)
        else:
            self.stages.hear(event)

"""One answer under way, from the request to the document."""

from inhouse.assist.chat_document import Delivery, answer
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.chat_document.document import Turn
from inhouse.domain.conversation import ChatRequest
from inhouse.lsp.alone import alone
from inhouse.lsp.chat_document.as_edits import AsEdits
from inhouse.lsp.chat_document.as_values import AsValues
from inhouse.lsp.chat_document.at_end import AtEnd
from inhouse.lsp.chat_document.target import Target
from inhouse.lsp.documents import Document
from inhouse.lsp.jsonrpc import members
from inhouse.lsp.params import Token
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.stages import Stages


class ChatRun:
    """`document` is as the request found it."""

    def __init__(
        self, ls: InhouseServer, session: Session, document: Document, question: Turn, request: ChatRequest
    ) -> None:
        self._ls = ls
        self._session = session
        self._document = document
        self._question = question
        self._request = request

    async def alone(self) -> None:
        """For a client that does not wait: the end is told by the edit, or by one message."""
        await alone(self._ls.client, self._request.id, self.result(None, None))

    async def result(self, work_token: object, token: Token | None) -> Shape:
        ls = self._ls
        async with ls.work_done(work_token, "Inhouse") as progress, Stages(progress) as stages:
            target = Target(ls.client, ls.documents, self._document, self._question, stages)
            finished = await answer(self._session, self._request, self._delivery(target, token))
        return {"outcome": "answered", "model": finished.model, "finishReason": finished.finish_reason.value}

    def _delivery(self, target: Target, token: Token | None) -> Delivery:
        """As the client's `initializationOptions` say."""
        how = members(members(self._ls.initialization_options).get("client")).get("streamChat")
        if how == "edits":
            return AsEdits(target)
        return AsValues(target, token) if how == "progress" and token is not None else AtEnd(target)

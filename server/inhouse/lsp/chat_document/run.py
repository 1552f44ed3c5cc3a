"""One answer under way, from the request to the document."""

from inhouse.assist.chat_document import Delivery, answer
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.chat_document.document import Turn
from inhouse.domain.conversation import ChatRequest
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
    """`document` is as the request found it; `token` is the client's for values of the answer."""

    def __init__(
        self,
        ls: InhouseServer,
        session: Session,
        document: Document,
        question: Turn,
        request: ChatRequest,
        token: Token | None,
    ) -> None:
        self._ls = ls
        self._session = session
        self._document = document
        self._question = question
        self._request = request
        self._token = token

    async def result(self, stages: Stages) -> Shape:
        target = Target(self._ls.client, self._ls.documents, self._document, self._question, stages)
        finished = await answer(self._session, self._request, self._delivery(target))
        return {"outcome": "answered", "model": finished.model, "finishReason": finished.finish_reason.value}

    def _delivery(self, target: Target) -> Delivery:
        """As the client's `initializationOptions` say."""
        how = members(members(self._ls.initialization_options).get("client")).get("streamChat")
        if how == "edits":
            return AsEdits(target)
        return AsValues(target, self._token) if how == "progress" and self._token is not None else AtEnd(target)

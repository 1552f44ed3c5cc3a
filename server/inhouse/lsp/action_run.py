"""One action under way: what is heard of it becomes progress, what comes of it an edit, a document or a message."""

from typing import assert_never

from inhouse.assist.actions.perform import perform
from inhouse.assist.actions.request import ActionRequest, Edited, Outcome, Told, Unusable
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.domain.events import Notice
from inhouse.lsp import apply_edit, messages, stand_in
from inhouse.lsp.action_edit import bring
from inhouse.lsp.documents import Document
from inhouse.lsp.kept_answer import KeptAnswer
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.stages import Stages


class ActionRun:
    """`document` is as the request found it."""

    def __init__(self, ls: InhouseServer, session: Session, document: Document, request: ActionRequest) -> None:
        self._ls = ls
        self._client = ls.client
        self._session = session
        self._document = document
        self._request = request
        self._notices: list[str] = []

    async def result(self, stages: Stages) -> Shape:
        """Raises InhouseError where no answer came."""
        outcome = await stand_in.asked(self._client, self._request, lambda request: self._heard(request, stages))
        match outcome:
            case Told():
                return await self._show(outcome, "")
            case Unusable():
                return await self._refuse(outcome, outcome.reason)
            case Edited():
                stages.say("waiting for the editor to take the edit")
                return await self._edit(outcome)
            case _:
                assert_never(outcome)

    async def _heard(self, request: ActionRequest, stages: Stages) -> Outcome:
        async with perform(self._session, request) as steps:
            async for step in steps:
                match step:
                    case Edited() | Unusable() | Told():
                        return step
                    case Notice(message):
                        self._notices.append(message)
                    case _:
                        stages.hear(step)
        raise AssertionError("an action ends with an outcome")

    async def _edit(self, outcome: Edited) -> Shape:
        if not outcome.edits:
            return await self._refuse(outcome, "The model sees nothing to change there.")
        if not apply_edit.takes_edits(self._client):
            return await self._show(outcome, "This editor takes no edits from a language server.")
        if outcome.creates and not apply_edit.takes_new_files(self._client):
            return await self._show(outcome, f"This editor creates no files: {outcome.file.name} is left to you.")
        failure = await bring(self._ls, self._session, self._document.uri, outcome)
        if failure is not None:
            return await self._refuse(outcome, failure)
        messages.info(self._client, self._noticed)
        elsewhere = outcome.file.uri != self._document.uri
        return {"outcome": "applied", "uri": outcome.file.uri} if elsewhere else {"outcome": "applied"}

    async def _refuse(self, outcome: Edited | Unusable, reason: str) -> Shape:
        kept = await self._keep(outcome)
        messages.warning(self._client, f"{reason} {kept.where} {self._noticed}".strip())
        return {"outcome": "refused", "reason": reason, **kept.shape}

    async def _show(self, outcome: Edited | Told, reason: str) -> Shape:
        kept = await self._keep(outcome)
        where = "" if await kept.show(self._client) else f"{reason} {kept.where}"
        messages.info(self._client, f"{where} {self._noticed}".strip())
        told = {"reason": reason} if reason else {}
        return {"outcome": "shown", **told, **kept.shape}

    @property
    def _noticed(self) -> str:
        return " ".join(self._notices)

    async def _keep(self, outcome: Outcome) -> KeptAnswer:
        return await KeptAnswer.of(self._request, outcome.answer, outcome.model)

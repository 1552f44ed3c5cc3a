"""One action under way: what is heard of it becomes progress, what comes of it an edit, a document or a message."""

import asyncio
import logging
from dataclasses import replace
from typing import assert_never

from inhouse.assist.actions.perform import perform
from inhouse.assist.actions.request import ActionRequest, Edited, Outcome, Told, Unusable
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.rebase import rebase
from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Notice, Progress, TextDelta, ThinkingDelta
from inhouse.lsp import apply_edit, messages
from inhouse.lsp.apply_edit import Change
from inhouse.lsp.documents import Document
from inhouse.lsp.kept_answer import KeptAnswer
from inhouse.lsp.questions import choose
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.stages import Stages
from inhouse.lsp.test_target import is_there, reread

YES, NO = "Let it", "No"

_log = logging.getLogger(__name__)


class ActionRun:
    """`document` is as the request found it; what it has become by the end is asked for then."""

    def __init__(self, ls: InhouseServer, session: Session, document: Document, request: ActionRequest) -> None:
        self._ls = ls
        self._client = ls.client
        self._session = session
        self._document = document
        self._request = request
        self._notices: list[str] = []

    async def alone(self) -> None:
        """For a client that does not wait: the end is told by the edit, or by one message."""
        try:
            await self.result(Stages(None))
        except InhouseError as exc:
            messages.error(self._client, f"{exc.message} {exc.hint}".strip())
        except Exception:  # noqa: BLE001 - nobody awaits this task: what went wrong would never be told
            _log.exception("request %s (inhouse.action) failed", self._request.id)
            messages.error(self._client, "Inhouse made a mistake; its log has the details.")

    async def result(self, stages: Stages) -> Shape:
        """Raises InhouseError where no answer came."""
        outcome = await self._outcome(self._request, stages)
        match outcome:
            case Told():
                return await self._show(outcome, "")
            case Unusable():
                return await self._refuse(outcome, outcome.reason)
            case Edited():
                return await self._edit(outcome)
            case _:
                assert_never(outcome)

    async def _outcome(self, request: ActionRequest, stages: Stages) -> Outcome:
        """Asks the user before the embedded model does it in another's place."""
        try:
            return await self._heard(request, stages)
        except InhouseError as exc:
            if exc.stand_in is None or not await self._agreed(exc):
                raise
        return await self._heard(replace(request, embedded_stands_in=True), stages)

    async def _agreed(self, failure: InhouseError) -> bool:
        text = (
            f"{failure.message} {failure.stand_in}, a small model on this computer's CPU, could do it instead: "
            f"expect reduced results."
        )
        return await choose(self._client, text, (YES, NO)) == YES

    async def _heard(self, request: ActionRequest, stages: Stages) -> Outcome:
        async with perform(self._session, request) as steps:
            async for step in steps:
                match step:
                    case Progress():
                        stages.enter(step)
                    case TextDelta() | ThinkingDelta():
                        stages.piece()
                    case Notice(message):
                        self._notices.append(message)
                    case Edited() | Unusable() | Told():
                        return step
                    case _:
                        pass
        raise AssertionError("an action ends with an outcome")

    async def _edit(self, outcome: Edited) -> Shape:
        if not outcome.edits:
            return await self._refuse(outcome, "The model sees nothing to change there.")
        if not apply_edit.takes_edits(self._client):
            return await self._show(outcome, "This editor takes no edits from a language server.")
        if outcome.creates and not apply_edit.takes_new_files(self._client):
            return await self._show(outcome, f"This editor creates no files: {outcome.file.name} is left to you.")
        change = await self._change(outcome)
        if change is None:
            return await self._refuse(outcome, "The code was changed while the model was at work on it.")
        edit = apply_edit.workspace_edit(self._client, change, self._ls.documents.encoding)
        failure = await apply_edit.apply(self._client, edit, f"Inhouse ({outcome.model})")
        if failure is not None:
            return await self._refuse(outcome, failure)
        messages.info(self._client, " ".join(self._notices))
        elsewhere = outcome.file.uri != self._document.uri
        return {"outcome": "applied", "uri": outcome.file.uri} if elsewhere else {"outcome": "applied"}

    async def _change(self, outcome: Edited) -> Change | None:
        """In terms of the file as it is now; None where what the edits touch is not what it was."""
        now = self._ls.documents.get(outcome.file.uri)
        if now is not None:
            file, version = replace(outcome.file, lines=now.lines), now.version
        elif outcome.file.uri == self._document.uri:
            return None  # it was closed
        elif outcome.creates:
            there = await asyncio.to_thread(is_there, outcome.file)
            return None if there else Change(outcome.file, outcome.edits, None, creates=True)
        else:
            file, version = await asyncio.to_thread(reread, self._ls, self._session, outcome.file), None
        if file.lines == outcome.file.lines:
            return Change(file, outcome.edits, version)
        edits = await asyncio.to_thread(rebase, outcome.edits, outcome.file.lines, file.lines)
        return None if edits is None else Change(file, edits, version)

    async def _refuse(self, outcome: Edited | Unusable, reason: str) -> Shape:
        kept = await self._keep(outcome)
        messages.warning(self._client, f"{reason} {kept.where}")
        return {"outcome": "refused", "reason": reason, **kept.shape}

    async def _show(self, outcome: Edited | Told, reason: str) -> Shape:
        kept = await self._keep(outcome)
        if not await kept.show(self._client):
            messages.info(self._client, f"{reason} {kept.where}".strip())
        told = {"reason": reason} if reason else {}
        return {"outcome": "shown", **told, **kept.shape}

    async def _keep(self, outcome: Outcome) -> KeptAnswer:
        return await KeptAnswer.of(self._request, outcome.answer, outcome.model)

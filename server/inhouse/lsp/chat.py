"""`inhouse/chat`."""

import dataclasses
import time
from contextlib import AsyncExitStack

from inhouse.assist import chat as use_case
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape, Timing, chat_result, event_value
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.events import Content, Finished, Notice, Progress
from inhouse.lsp import convert, params, resources
from inhouse.lsp.selected_model import SelectedModel
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.sessions import Sessions
from inhouse.lsp.stages import Stages


async def chat(ls: InhouseServer, sessions: Sessions, selected: SelectedModel, given: object) -> Shape:
    """Streams on `partialResultToken` if there is one; cancelling this coroutine stops the backend."""
    wanted = params.read(params.ChatParams, given)
    session = await sessions.current()
    texts = await resources.read(wanted.messages, ls.documents, ls.folders, session.config.privacy.exclude)
    request = convert.chat_request(wanted, ls.request_id, texts)
    request = dataclasses.replace(request, model=request.model or selected.id)
    async with AsyncExitStack() as stack:
        progress = None
        if wanted.work_done_token is not None:
            progress = await stack.enter_async_context(ls.work_done(wanted.work_done_token, "Inhouse"))
        stages = await stack.enter_async_context(Stages(progress))
        return await _Answering(ls, request, wanted.partial_result_token, stages).run(session)


class _Answering:
    """One chat on its way to the client."""

    def __init__(self, ls: InhouseServer, request: ChatRequest, token: params.Token | None, stages: Stages) -> None:
        self._client = ls.client
        self._request = request
        self._token = token
        self._stages = stages
        self._content: list[Content] = []
        self._began = time.monotonic()
        self._first: float | None = None

    async def run(self, session: Session) -> Shape:
        result: Shape = {}
        async with use_case.stream(session, self._request) as events:
            async for event in events:
                if isinstance(event, Progress):
                    self._stages.enter(event)
                elif isinstance(event, Finished):
                    timing = Timing(self._first, time.monotonic() - self._began)
                    result = chat_result(event, self._content, timing)
                else:
                    await self._pass_on(event)
        return result

    async def _pass_on(self, event: Content | Notice) -> None:
        if not isinstance(event, Notice):
            if self._first is None:
                self._first = time.monotonic() - self._began
            self._stages.piece()
        if self._token is not None:
            self._client.progress(self._token, event_value(event))
            await self._client.drained()
        elif not isinstance(event, Notice):
            self._content.append(event)

"""Work-done progress: what a person sees of a request that takes a while, with a cancel button."""

import asyncio
import logging
import os
from types import TracebackType
from typing import Self

from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.jsonrpc import MessageId, is_id, members

INTERVAL = 0.1
"""Seconds between two reports; the last one of an interval is kept."""

CREATE_TIMEOUT = 5.0

log = logging.getLogger(__name__)


class Tokens:
    """The live tokens of this connection, each with the task that its cancel button ends."""

    def __init__(self) -> None:
        self._owners: dict[MessageId, asyncio.Task[object]] = {}

    def cancel(self, params: object) -> None:
        """`window/workDoneProgress/cancel`; an unknown token is nobody's fault (it may just have ended)."""
        token = members(params).get("token")
        owner = self._owners.get(token) if is_id(token) else None
        if owner is not None:
            owner.cancel()

    def add(self, token: MessageId, owner: asyncio.Task[object]) -> None:
        self._owners[token] = owner

    def remove(self, token: MessageId, owner: asyncio.Task[object]) -> None:
        if self._owners.get(token) is owner:
            del self._owners[token]

    def __len__(self) -> int:
        return len(self._owners)


class WorkDone:
    """`async with WorkDone(...) as progress: progress.report("…")`.

    On the request's own `token` if it has one, else on one that the client is asked to create, else nowhere.
    Nothing here delays the work or fails it.
    """

    def __init__(self, client: Client, tokens: Tokens, token: object, title: str) -> None:
        self._client = client
        self._tokens = tokens
        self._given = token if is_id(token) else None
        self._token: MessageId | None = None  # None until `begin` was sent, and after `end`
        self._title = title
        self._state: dict[str, object] = {}  # the last report, sent or not
        self._next = 0.0  # when the loop's clock allows the next report
        self._timer: asyncio.TimerHandle | None = None
        self._creation: asyncio.Task[None] | None = None
        self._owner: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Self:
        self._owner = asyncio.current_task()
        if self._given is not None:
            self._begin(self._given)
        elif self._client.work_done_progress:
            self._creation = asyncio.create_task(self._create())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._creation is not None:
            self._creation.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if self._token is not None and self._owner is not None:
            self._client.progress(self._token, {"kind": "end"})
            self._tokens.remove(self._token, self._owner)
        self._token = None
        if self._creation is not None:
            await asyncio.wait([self._creation])

    def report(self, message: str, percentage: int | None = None) -> None:
        """Cheap: call it as often as there is news."""
        self._state = {"message": message}
        if percentage is not None:
            self._state["percentage"] = percentage
        if self._token is None or self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._next - loop.time()
        if wait <= 0:
            self._send_report()
        else:
            self._timer = loop.call_later(wait, self._send_report)

    def _send_report(self) -> None:
        self._timer = None
        if self._token is not None:
            self._next = asyncio.get_running_loop().time() + INTERVAL
            self._client.progress(self._token, {"kind": "report", **self._state})

    def _begin(self, token: MessageId) -> None:
        if self._owner is not None:
            self._tokens.add(token, self._owner)
        self._token = token
        begin = {"kind": "begin", "title": self._title, "cancellable": True}
        self._client.progress(token, {**begin, **self._state})

    async def _create(self) -> None:
        token = os.urandom(16).hex()
        try:
            await self._client.request("window/workDoneProgress/create", {"token": token}, timeout=CREATE_TIMEOUT)
        except (InhouseError, RefusedByClient):
            log.info("the client did not create a progress token")
        else:
            self._begin(token)

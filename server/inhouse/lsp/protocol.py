"""Our protocol class: every request is answered once, whatever the client sends and whatever a handler does.

From pygls come the registry of features and commands, the capabilities built from it and lsprotocol's types.
"""

import asyncio
import inspect
import logging
import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import NoReturn, cast

from cattrs import Converter
from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from inhouse.lsp import initialize, jsonrpc, sync
from inhouse.lsp.client import Client, Wire
from inhouse.lsp.documents import Documents
from inhouse.lsp.errors import to_reply
from inhouse.lsp.gate import NEXT_PHASE, Phase, refusal
from inhouse.lsp.jsonrpc import Code, MessageId, Notification, Refused, Reply, Request
from inhouse.lsp.progress import Tokens
from inhouse.lsp.registry import Handler, Registry

log = logging.getLogger(__name__)

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request being handled: in the log, in errors, and sent to the backend."""

SHUTDOWN_SECONDS = 0.8
"""How long `shutdown` waits for the requests it has cancelled."""


class InhouseProtocol(LanguageServerProtocol):
    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        self.client = Client()
        self.documents = Documents()
        self.tokens = Tokens()
        self.info: initialize.ClientInfo | None = None
        self.folders: tuple[Path, ...] = ()
        self.on_exit: Callable[[str], None] = _nobody
        """Called with a reason when the client says `exit`."""
        self.on_initialize: Callable[[initialize.ClientInfo], None] = _nobody
        self._phase = Phase.NEW
        self._open: dict[MessageId, asyncio.Task[object]] = {}
        self._background: set[asyncio.Task[object]] = set()
        self._held: list[Request | Notification] = []
        super().__init__(server, converter)
        self._registry = Registry(self.fm)

    def connect(self, wire: Wire) -> None:
        self.client.connect(wire, self._registry.unstructure)

    def warm_up(self) -> None:
        """Build the readers of params that come often, which are otherwise built with the first ones."""
        place = {"line": 0, "character": 0}
        where = {"textDocument": {"uri": ""}, "range": {"start": place, "end": place}}
        self._registry.structure(types.TEXT_DOCUMENT_CODE_ACTION, {**where, "context": {"diagnostics": []}})

    @property
    def exit_code(self) -> int:
        return 0 if self._phase is Phase.SHUT_DOWN else 1

    def standard_params(self, method: str, params: object) -> object:
        return self._registry.structure(method, params)

    # ------------------------------------------------------------------ in

    def receive(self, body: bytes) -> bool:
        """One message from the client; True if a task was made that should begin before the next message.

        Never raises for what the client sent.
        """
        match jsonrpc.parse(body):
            case Request() as request:
                return self._take_request(request)
            case Notification() as notification:
                return self._take_notification(notification)
            case Reply() as reply:
                self.client.resolve(reply)
            case Refused() as refused:
                self.refuse(refused)
        return False

    def refuse(self, refused: Refused) -> None:
        if refused.is_request or refused.id not in self._open:
            self.client.send(jsonrpc.error(refused.id, refused.code, refused.message))

    def _take_request(self, request: Request) -> bool:
        if self._phase is Phase.INITIALIZING:
            self._held.append(request)
            return False
        handler = self._admit(request)
        if isinstance(handler, Refused):
            self.refuse(handler)
            return False
        self._phase = NEXT_PHASE.get(request.method, self._phase)
        reference = _new_reference()
        task = asyncio.create_task(_run(handler, request.params, reference))
        self._open[request.id] = task
        task.add_done_callback(partial(self._answer, request, reference))
        return True

    def _admit(self, request: Request) -> Handler | Refused:
        if request.id in self._open:
            return Refused(Code.INVALID_REQUEST, "A request with this id is still open.", request.id)
        if refused := refusal(self._phase, request):
            return refused
        handler = self._request_handler(request.method)
        return handler or Refused(Code.METHOD_NOT_FOUND, "The server does not know this method.", request.id)

    def _request_handler(self, method: str) -> Handler | None:
        builtin = {
            types.INITIALIZE: self._initialize,
            types.SHUTDOWN: self._shut_down,
            types.WORKSPACE_EXECUTE_COMMAND: self._execute_command,
        }
        return builtin.get(method) or self._registry.request(method)

    def _take_notification(self, notification: Notification) -> bool:
        method, params = notification.method, notification.params
        if method == types.EXIT:
            self.on_exit("the client said exit")
        elif self._phase is Phase.INITIALIZING and not self._is_cancel_of_open(notification):
            self._held.append(notification)
        elif method == types.CANCEL_REQUEST:
            self._cancel(params)
        elif self._phase is Phase.READY:
            return self._notice(method, params)
        else:
            log.info("a notification outside the session was dropped")
        return False

    def _is_cancel_of_open(self, notification: Notification) -> bool:
        return notification.method == types.CANCEL_REQUEST and self._find(notification.params) is not None

    def _find(self, params: object) -> "asyncio.Task[object] | None":
        id_ = jsonrpc.members(params).get("id")
        return self._open.get(id_) if jsonrpc.is_id(id_) else None

    def _cancel(self, params: object) -> None:
        if task := self._find(params):
            task.cancel()

    def _notice(self, method: str, params: object) -> bool:
        """What keeps the server's copies in step happens at once, in the order of the wire; the rest in a task."""
        try:
            self._keep_in_step(method, params)
        except ValueError as error:
            log.warning("a notification (%s) was dropped: %s", method, error)
            return False
        handler = self._registry.notification(method)
        if handler is None:
            return False
        task = asyncio.create_task(_run(handler, params, _new_reference()))
        self._background.add(task)
        task.add_done_callback(partial(self._noted, method))
        return True

    def _keep_in_step(self, method: str, params: object) -> None:
        match method:
            case types.TEXT_DOCUMENT_DID_OPEN:
                sync.did_open(self.documents, params)
            case types.TEXT_DOCUMENT_DID_CHANGE:
                sync.did_change(self.documents, params)
            case types.TEXT_DOCUMENT_DID_CLOSE:
                sync.did_close(self.documents, params)
            case types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS:
                self.folders = initialize.changed_folders(self.folders, params)
            case types.WINDOW_WORK_DONE_PROGRESS_CANCEL:
                self.tokens.cancel(params)
            case _:
                pass

    # ------------------------------------------------------------- built in

    async def _user_handler(self, method: str, params: object) -> None:
        handler = self._registry.feature(method)
        if handler is not None:
            await _await(handler(params))

    async def _initialize(self, params: object) -> types.InitializeResult:
        info = initialize.read(params)
        self.info, self.folders, self.documents.encoding = info, info.folders, info.encoding
        self.client.capabilities, self.client.name = info.capabilities, info.name
        self.on_initialize(info)
        await self._user_handler(types.INITIALIZE, params)
        return types.InitializeResult(self._registry.capabilities(info.encoding), self.server_info)

    async def _shut_down(self, params: object) -> None:
        await self._stop_others(SHUTDOWN_SECONDS)
        await self._user_handler(types.SHUTDOWN, params)

    async def _execute_command(self, params: object) -> object:
        """Commands take `(ls, params: ExecuteCommandParams)`: the arguments, and the request's progress token."""
        call = self._registry.structure(types.WORKSPACE_EXECUTE_COMMAND, params)
        return await _await(self._registry.command(cast(types.ExecuteCommandParams, call)))

    # ------------------------------------------------------------------ out

    def _answer(self, request: Request, reference: str, task: "asyncio.Task[object]") -> None:
        """The only place where a request that was admitted is answered."""
        if self._open.pop(request.id, None) is None:
            return  # answered by `end`
        failure = asyncio.CancelledError() if task.cancelled() else task.exception()
        self.client.send(
            self._result(request, reference, task) if failure is None else _error(request, reference, failure)
        )
        if self._phase is Phase.INITIALIZING and request.method == types.INITIALIZE:
            self._phase = Phase.READY if failure is None else Phase.NEW
            self._release()

    def _result(self, request: Request, reference: str, task: "asyncio.Task[object]") -> bytes:
        try:
            return jsonrpc.result(request.id, task.result(), self._registry.unstructure)
        except (TypeError, RecursionError) as error:
            return _error(request, reference, error)

    def _release(self) -> None:
        held, self._held = self._held, []
        for message in held:
            match message:
                case Request():
                    self._take_request(message)
                case Notification():
                    self._take_notification(message)

    def _noted(self, method: str, task: "asyncio.Task[object]") -> None:
        self._background.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("the notification %s failed", method, exc_info=failure)

    # ------------------------------------------------------------------ end

    async def _stop_others(self, within: float) -> None:
        """Cancels all requests but the one that calls; they answer when their tasks have ended."""
        others = [task for task in self._open.values() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=within)

    async def end(self, *, within: float) -> None:
        """Answers what is open: as it ends where it ends in time, else without it."""
        stopping = set(self._background)
        if self._phase is not Phase.SHUT_DOWN:  # else `shutdown` does it, and is owed its own answer
            stopping.update(self._open.values())
        for task in stopping:
            task.cancel()
        stopping.update(self._open.values())
        if stopping:
            await asyncio.wait(stopping, timeout=within)
        for id_ in list(self._open):
            del self._open[id_]
            reply = to_reply(asyncio.CancelledError(), "")
            self.client.send(jsonrpc.error(id_, reply.code, reply.message, reply.data))

    # ------------------------------------------- what pygls's own classes call

    def _register_builtin_features(self) -> None:
        """None: ours are in `_request_handler` and `_keep_in_step`."""

    def notify(self, method: str, params: object = None) -> None:
        self.client.notify(method, params)

    def send_request(self, method: str, *_args: object, **_options: object) -> NoReturn:
        raise NotImplementedError(f"{method}: await client.request, which always ends")

    def send_request_async(self, method: str, params: object = None, msg_id: object = None) -> "asyncio.Future[object]":
        """For the generated methods of LanguageServer; the result is plain JSON, not lsprotocol's type."""
        del msg_id  # ours are numbered
        return asyncio.ensure_future(self.client.request(method, params))


def _nobody(_: object) -> None:
    pass


def _new_reference() -> str:
    return os.urandom(8).hex()  # as `secrets` does, which loads hmac, hashlib and random


async def _run(handler: Handler, params: object, reference: str) -> object:
    request_id.set(reference)
    return await _await(handler(params))


async def _await(value: object) -> object:
    return await value if inspect.isawaitable(value) else value


def _error(request: Request, reference: str, failure: BaseException) -> bytes:
    reply = to_reply(failure, reference)
    if reply.code is Code.INTERNAL_ERROR:
        log.error("request %s (%s) failed", reference, request.method, exc_info=failure)
    else:
        level = logging.INFO if reply.code is Code.REQUEST_CANCELLED else logging.WARNING
        log.log(level, "request %s (%s) ended with %s", reference, request.method, reply.data["kind"])
    return jsonrpc.error(request.id, reply.code, reply.message, reply.data)

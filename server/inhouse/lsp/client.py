"""The client as features see it: what it can do, and how to talk to it."""

import asyncio
import itertools
from collections.abc import Awaitable, Mapping
from typing import Protocol

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import jsonrpc
from inhouse.lsp.frames import frame

REQUEST_TIMEOUT = 10.0
"""Seconds for a request that no person has to answer."""


class Wire(Protocol):
    """Where frames go."""

    def write(self, data: bytes) -> None: ...

    def drained(self) -> Awaitable[None]: ...


class RefusedByClient(Exception):
    """The client answered one of our requests with an error."""

    def __init__(self, code: object, message: str) -> None:
        super().__init__(message)
        self.code = code


class Client:
    """One client for the life of the server; capabilities are empty before `initialize`."""

    def __init__(self) -> None:
        self.capabilities: Mapping[str, object] = {}
        self.name: str | None = None
        self._wire: Wire | None = None
        self._default: jsonrpc.Default = None
        self._ids = itertools.count(1)
        self._pending: dict[jsonrpc.MessageId, asyncio.Future[jsonrpc.Reply]] = {}

    def connect(self, wire: Wire, default: jsonrpc.Default = None) -> None:
        """`default` gives the JSON form of what has none by itself (lsprotocol's types)."""
        self._wire = wire
        self._default = default

    def declares(self, *path: str) -> bool:
        """True if the client's capabilities have `true` or an object at this path."""
        value = self.declared(*path)
        return value is True or isinstance(value, dict)

    def declared(self, *path: str) -> object:
        """What the client's capabilities have at this path; None where there is nothing."""
        value: object = self.capabilities
        for name in path:
            value = jsonrpc.members(value).get(name)
        return value

    @property
    def work_done_progress(self) -> bool:
        return self.declares("window", "workDoneProgress")

    @property
    def configuration(self) -> bool:
        return self.declares("workspace", "configuration")

    @property
    def dynamic_configuration(self) -> bool:
        """Whether `workspace/didChangeConfiguration` can be registered for."""
        return self.declares("workspace", "didChangeConfiguration", "dynamicRegistration")

    def notify(self, method: str, params: object = None) -> None:
        self.send(jsonrpc.notification(method, params, self._default))

    def progress(self, token: jsonrpc.MessageId, value: object) -> None:
        """`$/progress`: the one message sent for every piece of an answer."""
        self.send(
            jsonrpc.encode(
                {"jsonrpc": "2.0", "method": "$/progress", "params": {"token": token, "value": value}}, self._default
            )
        )

    async def drained(self) -> None:
        """Await this between two pieces of an answer: it waits while the client does not read."""
        if self._wire is not None:
            await self._wire.drained()

    async def request(self, method: str, params: object = None, *, timeout: float = REQUEST_TIMEOUT) -> object:  # noqa: ASYNC109 - how long a person may think, the caller knows
        """The client's result as plain JSON, which nobody has checked.

        Raises InhouseError (kind timeout) after `timeout` seconds, RefusedByClient for an error reply.
        """
        id_ = next(self._ids)
        body = jsonrpc.request(id_, method, params, self._default)
        future: asyncio.Future[jsonrpc.Reply] = asyncio.get_running_loop().create_future()
        self._pending[id_] = future
        try:
            self.send(body)
            async with asyncio.timeout(timeout):
                reply = await future
        except TimeoutError as error:
            raise _no_answer(method) from error
        finally:
            del self._pending[id_]
            if not future.done() or future.cancelled():
                self.notify("$/cancelRequest", {"id": id_})
        if reply.error is not None:
            raise _refused(reply.error)
        return reply.result

    def resolve(self, reply: jsonrpc.Reply) -> None:
        """Takes a reply from the wire; one to nothing that is open is dropped."""
        future = self._pending.get(reply.id)
        if future is not None and not future.done():
            future.set_result(reply)

    def send(self, body: bytes) -> None:
        if self._wire is not None:
            self._wire.write(frame(body))


def _no_answer(method: str) -> InhouseError:
    return InhouseError(kind=ErrorKind.TIMEOUT, message=f"The editor did not answer {method} in time.")


def _refused(error: object) -> RefusedByClient:
    members = jsonrpc.members(error)
    message = members.get("message")
    return RefusedByClient(members.get("code"), message if isinstance(message, str) else "no reason given")

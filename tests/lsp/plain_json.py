"""pytest-lsp's client protocol, with everything that LSP does not define kept as plain JSON.

Stock pygls turns custom parameters and results into namedtuples (keys that are no identifiers are lost) and takes a
nested `jsonrpc` key for a message. LSP's own messages stay typed: pytest-lsp checks them against the capabilities.
"""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage
from pytest_lsp import LanguageClientProtocol

JsonObject = dict[str, Any]


class ResponseError(Exception):
    """The error that a request was answered with; `data` is plain JSON."""

    def __init__(self, error: JsonObject) -> None:
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: JsonObject = error.get("data") or {}
        super().__init__(f"{self.code} {self.message} {self.data}")

    @property
    def kind(self) -> str | None:
        """`data.kind` of interface §4.2."""
        return self.data.get("kind")


class PlainJsonProtocol(LanguageClientProtocol):
    """`on_message` is called with every message of the server as it came, before it is handled."""

    on_message: Callable[[JsonObject], None] | None = None

    def send_plain(self, method: str, params: object) -> tuple[str, asyncio.Future[JsonObject]]:
        """Sends a request, gives its id and its result to be; an error is raised as ResponseError."""
        request_id = str(uuid.uuid4())
        future: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
        self._request_futures[request_id] = future  # pyright: ignore[reportArgumentType]  # fails with the server
        self._send_data({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        return request_id, future

    def structure_message(self, data: JsonObject) -> JsonObject:
        """Called by the JSON decoder for every object, nested ones too: too early to know what it is."""
        return data

    def handle_message(self, message: Any) -> None:  # noqa: ANN401  # pygls' own type is that of its structured messages
        if self.on_message is not None:
            self.on_message(message)
        if "method" not in message and message["id"] not in self._result_types:
            self._settle(message)
        else:
            super().handle_message(self._structure(message))  # pyright: ignore[reportArgumentType]

    def _settle(self, response: JsonObject) -> None:
        future = self._request_futures.pop(response["id"])
        if future.done():
            return
        if "error" in response:
            future.set_exception(ResponseError(response["error"]))
        else:
            future.set_result(response["result"])

    def _structure(self, message: JsonObject) -> object:
        method = message.get("method")
        if method is None or self.get_message_type(method) is not None:
            return super().structure_message(message)
        params = message.get("params")
        if "id" in message:
            return JsonRPCRequestMessage(message["id"], method, "2.0", params)
        return JsonRPCNotification(method, "2.0", params)

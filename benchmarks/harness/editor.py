"""An editor's side of LSP, over pipes: as thin as it can be, for it runs on the same machine."""

import time
from importlib.resources import files
from typing import NamedTuple, TypedDict, cast

import orjson

from harness.process import Child

Json = dict[str, object]

CAPABILITIES = "visual_studio_code_v1.65.2.json"
"""Of the real editor, as pytest-lsp carries them."""


class Value(TypedDict):
    kind: str
    text: str


class Params(TypedDict):
    token: str
    value: Value


class Message(TypedDict, total=False):
    id: int
    method: str
    params: Params
    result: object
    error: object


class Received(NamedTuple):
    """Messages that one read brought, and when (monotonic, ns)."""

    at: int
    messages: list[Message]


class Editor:
    """Talks to one server; what the server asks is answered with nothing."""

    def __init__(self, server: Child) -> None:
        self._server = server
        self._buffer = b""
        self._id = 0
        self.sent_at = 0
        """When the last request was about to be written (monotonic, ns)."""

    def start(self, method: str, params: object) -> int:
        """Sends a request; returns its id."""
        self._id += 1
        body = _framed({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        self.sent_at = time.monotonic_ns()
        self._server.write(body)
        return self._id

    def notify(self, method: str, params: object) -> None:
        body = _framed({"jsonrpc": "2.0", "method": method, "params": params})
        self.sent_at = time.monotonic_ns()
        self._server.write(body)

    def receive(self) -> Received:
        data = self._server.read()
        at = time.monotonic_ns()
        self._buffer += data
        return Received(at, [message for message in self._messages() if not self._answered(message)])

    def answer(self, id_: int) -> Message:
        """Waits for the answer to a request, good or bad; what comes before it is dropped."""
        while True:
            for message in self.receive().messages:
                if message.get("id") == id_:
                    return message

    def request(self, method: str, params: object) -> object:
        """The result of a request that must succeed."""
        message = self.answer(self.start(method, params))
        assert "error" not in message, message
        return message.get("result")

    def initialize(self) -> None:
        capabilities = cast(Json, orjson.loads((files("pytest_lsp") / "clients" / CAPABILITIES).read_bytes()))
        self.request("initialize", {"processId": None, "rootUri": None, **capabilities})
        self.notify("initialized", {})

    def idle(self, seconds: float) -> None:
        """Does nothing but answer the server."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._server.readable(left):
                self.receive()

    def _messages(self) -> list[Message]:
        found: list[Message] = []
        buffer, at = self._buffer, 0
        while (end := buffer.find(b"\r\n\r\n", at)) >= 0:
            length = int(buffer[at:end].partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            stop = end + 4 + length
            if len(buffer) < stop:
                break
            found.append(cast(Message, orjson.loads(buffer[end + 4 : stop])))
            at = stop
        self._buffer = buffer[at:]
        return found

    def _answered(self, message: Message) -> bool:
        if "method" not in message or "id" not in message:
            return False
        result = [None, None] if message["method"] == "workspace/configuration" else None
        self._server.write(_framed({"jsonrpc": "2.0", "id": message["id"], "result": result}))
        return True


def _framed(message: Json) -> bytes:
    body = orjson.dumps(message)
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

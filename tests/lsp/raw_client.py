"""A client that sends any bytes at all and reads frames with time-outs; it knows no LSP library."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

Json = dict[str, object]

SERVER = Path(__file__).parent / "tiny_server.py"

PATIENCE = 15.0
"""Seconds for anything that should come at once; long, because the machine may be busy."""


COMMAND = [sys.executable, "-P", str(SERVER)]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "server")}


class RawClient:
    def __init__(self, *arguments: str, command: Sequence[str] = COMMAND, env: Mapping[str, str] = ENVIRONMENT) -> None:
        self.process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=env,
        )
        self.seen: list[Json] = []
        self._buffer = b""
        self._next_id = 0

    # out

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin
        view = memoryview(data)
        while view:
            view = view[self.process.stdin.write(view) :]

    def send_body(self, body: bytes) -> None:
        self.send_bytes(framed(body))

    def send(self, message: object) -> None:
        self.send_body(json.dumps(message).encode())

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def start(self, method: str, params: object = None) -> int:
        """Sends a request; returns its id."""
        self._next_id += 1
        self.send({"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params})
        return self._next_id

    # in

    def read(self, timeout: float = PATIENCE) -> Json | None:
        """The next message; None at the end of the stream."""
        deadline = time.monotonic() + timeout
        while (message := self._take()) is None:
            if not self._fill(deadline):
                return None
        self.seen.append(message)
        return message

    def wait_for(self, wanted: Callable[[Json], bool], timeout: float = PATIENCE) -> Json:
        """The first message that fits; those before it are in `seen`."""
        deadline = time.monotonic() + timeout
        while (message := self.read(max(0.0, deadline - time.monotonic()))) is not None:
            if wanted(message):
                return message
        raise AssertionError(f"the stream ended; stderr: {self.stderr()}")

    def answer(self, id_: object, timeout: float = PATIENCE) -> Json:
        return self.wait_for(lambda message: is_answer(message, id_), timeout)

    def call(self, method: str, params: object = None) -> object:
        """The result of a request that must succeed."""
        answer = self.answer(self.start(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def fail(self, method: str, params: object = None) -> Json:
        """The error of a request that must fail."""
        answer = self.answer(self.start(method, params))
        assert "result" not in answer, answer
        return as_object(answer["error"])

    def initialize(self, capabilities: object = None, **params: object) -> Json:
        result = self.call("initialize", {"processId": None, "capabilities": capabilities or {}, **params})
        self.notify("initialized", {})
        return as_object(result)

    def quit(self) -> int:
        self.call("shutdown")
        self.notify("exit")
        return self.exit_code()

    def close_stdin(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    def exit_code(self, timeout: float = PATIENCE) -> int:
        return self.process.wait(timeout)

    def stderr(self) -> str:
        """All of it, once the process has ended."""
        if not self.process.stderr:
            return ""
        self.process.wait(PATIENCE)
        return self.process.stderr.read().decode("utf-8", "replace")

    def _fill(self, deadline: float) -> bool:
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError(f"no message in time; seen: {self.seen[-5:]}")
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        self._buffer += data
        return bool(data)

    def _take(self) -> Json | None:
        header, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        assert header.startswith(b"Content-Length: "), self._buffer[:200]
        length = int(header.removeprefix(b"Content-Length: "))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return as_object(json.loads(rest[:length], parse_constant=_no_constant))


def as_object(value: object) -> Json:
    assert isinstance(value, dict), value
    return cast(Json, value)


def wait_until(condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
    """For what can be seen without reading stdout."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def is_answer(message: Json, id_: object) -> bool:
    same = message.get("id") == id_ and type(message.get("id")) is type(id_)
    return same and "method" not in message


def _no_constant(name: str) -> object:
    raise AssertionError(f"{name} was sent")


@contextmanager
def client(*arguments: str) -> Generator[RawClient]:
    it = RawClient(*arguments)
    try:
        yield it
    finally:
        it.process.send_signal(signal.SIGKILL)
        it.process.wait()
        for stream in (it.process.stdin, it.process.stdout, it.process.stderr):
            if stream:
                stream.close()

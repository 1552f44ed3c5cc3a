"""A fake OpenAI backend as a process of its own: it does what the last message of the prompt asks, and keeps time.

The message is a `Plan` of `streams.py` as JSON. Like uvicorn it sends one HTTP chunk per event. Each chunk's text is
the time at which it was written (CLOCK_MONOTONIC, ns); without a rate the text is a constant and everything is sent
at once. When an answer has ended, one line on stdout tells what this side saw of it.
"""

import itertools
import json
import select
import socket
import threading
import time
from typing import TypedDict, cast

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
MODELS = b'{"object":"list","data":[{"id":"bench","object":"model"}]}'
EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"bench",'
    b'"choices":[{"index":0,"delta":{"content":"%b "},"finish_reason":null}]}\n\n'
)
END = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"bench",'
    b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n'
)
WORD = b"1234567890123456"


class Plan(TypedDict):
    rate: int
    chunks: int


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST = chunk(END) + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Connection:
    def __init__(self, number: int, conn: socket.socket) -> None:
        self._number = number
        self._conn = conn

    def run(self) -> None:
        self._conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._conn:
            try:
                while self._exchange():
                    pass
            except ConnectionError:
                pass  # between two answers

    def _exchange(self) -> bool:
        """One request and its answer; False if the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._conn.recv(1 << 16)
            if not more:
                return False
            data += more
        head_at = time.monotonic_ns()
        head, _, rest = data.partition(b"\r\n\r\n")
        body = self._body(head.lower(), rest)
        body_at = time.monotonic_ns()
        if head.startswith(b"GET "):
            self._conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(MODELS))
            self._conn.sendall(b"Content-Type: application/json\r\n\r\n" + MODELS)
            return True
        plan = cast(Plan, json.loads(json.loads(body)["messages"][-1]["content"]))
        whole = self._play(plan["rate"], plan["chunks"])
        times = {"head": head_at, "body": body_at, "end": time.monotonic_ns()}
        print(json.dumps({"connection": self._number, **times, "cut": not whole}), flush=True)
        return whole

    def _body(self, head: bytes, rest: bytes) -> bytes:
        _, found, length = head.partition(b"content-length:")
        parts, missing = [rest], int(length.partition(b"\r\n")[0]) - len(rest) if found else 0
        while missing > 0:
            parts.append(self._conn.recv(1 << 20))
            missing -= len(parts[-1])
        return b"".join(parts)

    def _play(self, rate: int, chunks: int) -> bool:
        """True if the whole answer was sent, False as soon as the client closes the connection."""
        try:
            if not rate:
                self._conn.sendall(HEAD + chunk(EVENT % WORD) * chunks + LAST)
                return True
            self._conn.sendall(HEAD)
            # Streams that begin at once do not beat at once; the golden ratio spreads any number of them evenly.
            began = time.monotonic() + self._number * 0.618 % 1 / rate
            for number in range(chunks):
                if self._closed_before(began + number / rate):
                    return False
                self._conn.sendall(chunk(EVENT % b"%d" % time.monotonic_ns()))
            self._conn.sendall(LAST)
        except ConnectionError:
            return False
        return True

    def _closed_before(self, deadline: float) -> bool:
        """Nothing but the end may come from a client that is being answered."""
        return bool(select.select([self._conn], [], [], max(0.0, deadline - time.monotonic()))[0])


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)
    for number in itertools.count(1):
        conn, _ = listener.accept()
        threading.Thread(target=Connection(number, conn).run, daemon=True).start()


if __name__ == "__main__":
    main()

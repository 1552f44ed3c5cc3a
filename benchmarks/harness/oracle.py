"""A backend that fills in what will be typed: it knows the text, and is right two times of three.

It says how many requests came, and how many of them were stopped before their answer was whole.
"""

import json
import random
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType

MODEL = "qwen2.5-coder-oracle"
PREFIX, SUFFIX = "<|fim_prefix|>", "<|fim_suffix|>"
LINES = 3
READS = 0.15
WRITES = 0.02
"""Seconds to its first piece, and between two pieces of four characters: a model on a GPU."""


class Oracle:
    def __init__(self, text: str) -> None:
        self.requests = 0
        self.given_up = 0
        self._text = text
        self._random = random.Random(3)
        oracle = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send("application/json")
                listed = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                if self.path == "/v1/models":
                    self.wfile.write(json.dumps(listed).encode())

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path != "/v1/completions":
                    self.send_error(404)
                    return
                oracle.requests += 1
                self._send("text/event-stream")
                try:
                    for piece in oracle.pieces(asked["prompt"]):
                        self.wfile.write(piece)
                        self.wfile.flush()
                except OSError:
                    oracle.given_up += 1

            def _send(self, kind: str) -> None:
                found = self.path in {"/v1/models", "/v1/completions"}
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", kind)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "Oracle":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def pieces(self, prompt: str) -> Iterator[bytes]:
        before = prompt.partition(PREFIX)[2].partition(SUFFIX)[0]
        at = self._text.find(before) + len(before)
        text = "".join(self._text[at:].splitlines(keepends=True)[:LINES])
        if not self._text.startswith(before) or self._random.random() > 2 / 3:
            text = "something_else()\n"
        time.sleep(READS)
        for start in range(0, len(text), 4):
            time.sleep(WRITES)
            yield _event({"choices": [{"index": 0, "text": text[start : start + 4], "finish_reason": None}]})
        yield _event({"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
        yield b"data: [DONE]\n\n"


def _event(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"

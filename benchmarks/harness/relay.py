"""The floor of a relay: LSP in, HTTP out, with a thread and a blocking socket for each request; no library, no check.

It answers `initialize` and `inhouse/chat` and nothing else. `python relay.py PORT`.
"""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from typing import TypedDict, cast

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n"


class Params(TypedDict):
    messages: list[object]
    partialResultToken: str


class Message(TypedDict):
    id: int
    method: str
    params: Params


class Choice(TypedDict):
    delta: dict[str, str]


class Chunk(TypedDict):
    choices: list[Choice]


def framed(message: object) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def write(data: bytes, lock: threading.Lock) -> None:
    with lock:
        view = memoryview(data)
        while view:
            view = view[os.write(1, view) :]


def lines(conn: socket.socket) -> Iterator[list[bytes]]:
    """The whole lines of each read; one HTTP chunk is one event, so the framing's lines can just be passed over."""
    rest = b""
    while data := conn.recv(1 << 16):
        *whole, rest = (rest + data).split(b"\n")
        yield whole


def answer(port: int, message: Message, lock: threading.Lock) -> None:
    params = message["params"]
    body = json.dumps({"model": "bench", "messages": params["messages"], "stream": True}).encode()
    token = params["partialResultToken"]
    with socket.create_connection(("127.0.0.1", port)) as conn:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn.sendall(HEAD % len(body) + body)
        for batch in lines(conn):
            data = [line[6:] for line in batch if line.startswith(b"data: {")]
            values = [cast(Chunk, json.loads(each))["choices"][0]["delta"].get("content", "") for each in data]
            frames = [
                framed(
                    {
                        "jsonrpc": "2.0",
                        "method": "$/progress",
                        "params": {"token": token, "value": {"kind": "text", "text": value}},
                    }
                )
                for value in values
                if value
            ]
            if frames:
                write(b"".join(frames), lock)
            if b"data: [DONE]" in batch:
                break
    write(framed({"jsonrpc": "2.0", "id": message["id"], "result": {}}), lock)


def main() -> None:
    port = int(sys.argv[1])
    lock = threading.Lock()
    stdin = sys.stdin.buffer
    while header := stdin.readline():
        length = int(header.partition(b":")[2])
        stdin.readline()
        message = cast(Message, json.loads(stdin.read(length)))
        if message["method"] == "initialize":
            write(framed({"jsonrpc": "2.0", "id": message["id"], "result": {"capabilities": {}}}), lock)
        elif message["method"] == "inhouse/chat":
            threading.Thread(target=answer, args=(port, message, lock), daemon=True).start()


if __name__ == "__main__":
    main()

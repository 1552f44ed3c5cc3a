"""A conversation with the language server, as an editor would have it: over stdio, one streamed answer.

`make demo` runs it. It is also the shortest example of a client: JSON-RPC 2.0 messages, each under a Content-Length
header.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, TypedDict, cast

QUESTION = "Explain in two sentences what a language server does for a programmer."
ANSWER_TOKENS = 150
TOKEN = "answer"  # noqa: S105  ours, for the partial values of the chat request
METHOD_NOT_FOUND = -32601


class Failure(Exception):
    """What to tell the person."""


class Usage(TypedDict):
    outputTokens: int


class Timing(TypedDict):
    firstTokenMs: int
    totalMs: int


class Answer(TypedDict):
    """What is used here of the result of `inhouse/chat`."""

    model: str
    usage: Usage
    timing: Timing


class Value(TypedDict, total=False):
    """A partial value of `inhouse/chat`."""

    kind: str
    text: str
    message: str


class Params(TypedDict):
    token: str
    value: Value


class ErrorData(TypedDict, total=False):
    hint: str


class Error(TypedDict, total=False):
    message: str
    data: ErrorData


class Message(TypedDict, total=False):
    id: int
    method: str
    params: Params
    result: object
    error: Error


class Client:
    """One request at a time; what streams in before its result is printed as it comes."""

    def __init__(self, to_server: IO[bytes], from_server: IO[bytes]) -> None:
        self._to = to_server
        self._from = from_server
        self._id = 0

    def request(self, method: str, params: object = None) -> object:
        self._id += 1
        self._send(id=self._id, method=method, params=params)
        while True:
            message = self._receive()
            if message.get("method") == "$/progress":
                _print_partial(message)
            elif "method" in message and "id" in message:  # a request of the server's, which we never said we know
                self._send(id=message["id"], error={"code": METHOD_NOT_FOUND, "message": "unknown method"})
            elif "method" not in message and message.get("id") == self._id:
                return _result_of(message)

    def notify(self, method: str, params: object = None) -> None:
        self._send(method=method, params=params)

    def _send(self, **message: object) -> None:
        present = {key: value for key, value in message.items() if value is not None}
        body = json.dumps({"jsonrpc": "2.0", **present}).encode("ascii")
        self._to.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._to.flush()

    def _receive(self) -> Message:
        length = 0
        while line := self._from.readline().rstrip(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise Failure("The server ended before it answered.")
        return cast("Message", json.loads(self._from.read(length)))


def main(question: str) -> int:
    command = [str(Path(sys.executable).with_name("inhouse")), "serve", "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:  # noqa: S603
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            answer = _converse(Client(server.stdin, server.stdout), question)
            code = server.wait(timeout=10)
        except (Failure, OSError, subprocess.TimeoutExpired) as exc:
            sys.stderr.write(f"{exc}\n")
            return 1  # leaving closes the server's stdin, and that ends it
    if code != 0:
        sys.stderr.write(f"The server ended with exit code {code}.\n")
        return 1
    _say(f"\n{_summary(answer)}\n")
    return 0


def _converse(client: Client, question: str) -> Answer:
    client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    client.notify("initialized", {})
    _say(f"> {question}\n\n")
    chat = {
        "messages": [{"role": "user", "content": question}],
        "options": {"maxTokens": ANSWER_TOKENS, "temperature": 0},
        "partialResultToken": TOKEN,
    }
    answer = cast("Answer", client.request("inhouse/chat", chat))
    _say("\n")
    client.request("shutdown")
    client.notify("exit")
    return answer


def _print_partial(message: Message) -> None:
    params = message.get("params")
    if params is None or params["token"] != TOKEN:
        return
    value = params["value"]
    if value.get("kind") == "text":
        _say(value.get("text", ""))
    elif value.get("kind") == "notice":
        sys.stderr.write(f"{value.get('message', '')}\n")


def _result_of(message: Message) -> object:
    error = message.get("error")
    if error is not None:
        raise Failure(f"{error.get('message', '')} {error.get('data', {}).get('hint', '')}".strip())
    return message.get("result")


def _summary(answer: Answer) -> str:
    tokens, first = answer["usage"]["outputTokens"], answer["timing"]["firstTokenMs"]
    seconds = (answer["timing"]["totalMs"] - first) / 1000
    speed = f"{(tokens - 1) / seconds:.0f}" if seconds > 0 else "-"
    return (
        f"model                {answer['model']}\ntokens               {tokens}\n"
        f"tokens/s             {speed}\ntime to first token  {first / 1000:.2f} s (loading the model included)"
    )


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:]) or QUESTION))

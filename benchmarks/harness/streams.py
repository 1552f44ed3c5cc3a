"""Answers streamed from the fake backend through one of the peers, and what they took."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from harness.editor import Editor, Message
from harness.process import Child, script

MODEL = "bench|bench"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the fake is to send: `rate` in chunks a second, 0 for as fast as it can."""

    rate: int
    chunks: int

    def text(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Sample:
    """`latencies`: from the fake's write to our read, ns; `cpu_ms` of the peer alone."""

    latencies: Sequence[int]
    seconds: float
    cpu_ms: float

    @property
    def steady(self) -> Sequence[int]:
        """Without the first tenth, when all streams begin at once."""
        return self.latencies[len(self.latencies) // 10 :]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the fake saw of one request (monotonic, ns). `cut`: the client closed before the end."""

    connection: int
    head: int
    body: int
    end: int
    cut: bool


class Streamer:
    """The fake backend's process."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self.port = int(child.line())

    def exchange(self) -> Exchange:
        """Waits for the end of the next answer."""
        return Exchange(**json.loads(self._child.line()))


class Peer(Protocol):
    def run(self, plan: Plan, streams: int) -> Sample:
        """`streams` answers at once, to their end."""
        ...


class Direct:
    """httpx without any relay."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def run(self, plan: Plan, streams: int) -> Sample:
        self._child.write(json.dumps({"plan": plan.text(), "streams": streams}).encode() + b"\n")
        return Sample(**json.loads(self._child.line()))


class Relay:
    """A language server between the fake and us."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self.editor = Editor(child)
        self.editor.initialize()

    def chat(self, plan: Plan, token: str, history: Sequence[object] = ()) -> int:
        """Starts a chat; returns its request's id."""
        messages = [*history, {"role": "user", "content": plan.text()}]
        return self.editor.start("inhouse/chat", {"model": MODEL, "messages": messages, "partialResultToken": token})

    def run(self, plan: Plan, streams: int) -> Sample:
        latencies: list[int] = []
        began, cpu = time.monotonic(), self._child.cpu_ms()
        open_ids = {self.chat(plan, f"stream {number}") for number in range(streams)}
        while open_ids:
            at, messages = self.editor.receive()
            for message in messages:
                if plan.rate:
                    latencies += [at - stamp for stamp in stamps(message)]
                if "method" not in message:
                    assert "error" not in message, message
                    open_ids.discard(message.get("id", 0))
        return Sample(latencies, time.monotonic() - began, self._child.cpu_ms() - cpu)


def stamps(message: Message) -> list[int]:
    """The stamps of a partial value, however many chunks it joins."""
    value = message["params"]["value"] if message.get("method") == "$/progress" and "params" in message else None
    return [int(stamp) for stamp in value["text"].split()] if value and value["kind"] == "text" else []


def settings_file(home: Path, port: int) -> Path:
    """Settings of ours with the fake as the only backend."""
    file = home / "bench.toml"
    file.write_text(
        f'[backends.bench]\nurl = "http://127.0.0.1:{port}"\nkind = "openai"\nmax_concurrency = 64\n'
        "[embedded]\nenabled = false\n"
    )
    return file


def streamer(home: Path) -> Child:
    return Child(script("streamer.py"), home)

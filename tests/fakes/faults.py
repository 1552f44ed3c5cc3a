"""What goes wrong with a backend, and what a user is to be told about it: one table for the editor and the terminal."""

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from tests.fakes import answers
from tests.fakes.behaviours import (
    compressed,
    cut_after,
    endless,
    html_page,
    json_reply,
    not_http,
    redirect,
    replay,
    reply,
    silence,
    steps,
    stream,
    unfinished,
    without_last_chunk,
)
from tests.fakes.server import FakeBackend, full_url, refusing_url
from tests.fakes.wire import Behaviour, Fin, Rst, Stall

KEY = "sk-canary-4711-do-not-print"
"""In the request of every fault; no message may hold it."""

EXIT_CODES = {"model_not_found": 2, "context_overflow": 2, "invalid_request": 2}
"""Of the CLI, by kind; every other kind of a backend's failure is 3 (interface §2)."""

_OURS = re.compile(
    r"Traceback|\b\w*(?:Error|Exception)\b|httpx|httpcore|asyncio|pydantic|orjson|site-packages|\.py\b|/tmp/|/home/|</?\w+"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`says` is a part of the message or the hint, `text` what is streamed before the error.

    `chat` and `models` are how the backend behaves, unless `url` gives an address where none is. `settings` are those
    of the backend and, with a dot, others. `posts` is how many chat requests it may see.
    """

    kind: str
    says: str
    chat: Behaviour | None = None
    models: Behaviour | None = None
    url: Callable[[], AbstractContextManager[str]] | None = None
    text: str = ""
    status: int | None = None
    retry_after: float | None = None
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    model: str = answers.MODEL
    posts: int = 1

    @property
    def exit_code(self) -> int:
        return EXIT_CODES.get(self.kind, 3)

    @contextmanager
    def backend(self) -> Generator[tuple[str, FakeBackend | None]]:
        """The address with the fault, and what listens there."""
        if self.url is not None:
            with self.url() as url:
                yield url, None
            return
        with FakeBackend(chat=self.chat, models=self.models) as fake:
            yield fake.url, fake

    def tables(self, url: str) -> dict[str, dict[str, object]]:
        """The user file's tables for it; its backend is named `lab` and has `KEY`."""
        found: dict[str, dict[str, object]] = {
            "backends.lab": {"url": url, "api_key_env": "LAB_KEY"},
            "routing": {"fallback": False},
        }
        for key, value in self.settings.items():
            table, _, name = key.rpartition(".")
            found.setdefault(table or "backends.lab", {})[name] = value
        return found


@contextmanager
def _unknown_host() -> Generator[str]:
    yield "http://gpu.invalid:8000"  # RFC 6761: never resolves


def check_words(said: str) -> None:
    """What a user reads: sentences, and nothing of our insides or of the key."""
    assert said.strip(), "nothing is said"
    assert len(said) < 500, said
    assert said.isprintable(), said
    assert (found := _OURS.search(said)) is None, f"{found} in: {said}"
    assert KEY not in said


HELLO = "Hello from the fake backend."
CHUNK = answers.event(answers.chunk({"content": "x" * 100}))
QUICK = {"idle_timeout": 0.3, "first_token_timeout": 0.3}

FAULTS = {
    # Nobody there, or nobody who answers.
    "unknown host": Fault("unreachable", "gpu.invalid", url=_unknown_host),
    "refused connection": Fault("unreachable", "cannot be reached", url=refusing_url),
    "connection never made": Fault("unreachable", "cannot be reached", url=full_url, settings={"connect_timeout": 0.3}),
    "FIN before the headers": Fault("unreachable", "cannot be reached", steps(Fin()), posts=2),
    "RST before the headers": Fault("unreachable", "cannot be reached", steps(Rst()), posts=2),
    "no headers": Fault("timeout", "first_token_timeout", silence(), settings=QUICK),
    "no first token": Fault("timeout", "first_token_timeout", cut_after(answers.chat(), 0, Stall()), settings=QUICK),
    "no model list": Fault(
        "timeout", "discovery.timeout", models=silence(), settings={"discovery.timeout": 0.3}, posts=0
    ),
    # Somebody else there.
    "not HTTP": Fault("bad_response", "not HTTP", models=not_http(), posts=0),
    "HTML instead of a model list": Fault("bad_response", "/v1/models", models=html_page(), posts=0),
    "HTML instead of a stream": Fault("bad_response", "text/html", html_page(), status=200),
    "JSON instead of a model list": Fault("bad_response", "/v1/models", models=json_reply(["x"]), posts=0),
    "404 page": Fault("bad_response", "404", html_page(404), status=404),
    "redirect": Fault("bad_response", "redirect", redirect("http://127.0.0.1:9/v1/chat/completions"), status=307),
    "redirect of the model list": Fault(
        "bad_response", "redirect", models=redirect("http://127.0.0.1:9/v1/models", 302), status=302, posts=0
    ),
    "compressed answer": Fault("bad_response", "compress", compressed(answers.chat())),
    # It refuses.
    "401": Fault("unauthorized", "key", replay("vllm/unauthorised_401.json"), status=401),
    "401 for the model list": Fault(
        "unauthorized", "LAB_KEY", models=replay("vllm/unauthorised_401.json"), status=401, posts=0
    ),
    "401 of llama.cpp": Fault("unauthorized", "key", replay("llamacpp/unauthorised_401.json"), status=401),
    "401 as text": Fault("unauthorized", "key", replay("tgi/unauthorised_401.txt"), status=401),
    "403": Fault("forbidden", "lab", json_reply({"error": {"message": "no"}}, status=403), status=403),
    "404 model": Fault("model_not_found", answers.MODEL, answers.unknown_model(answers.MODEL), status=404),
    "404 model of Ollama": Fault(
        "model_not_found", answers.MODEL, replay("ollama/v1_model_not_found_404.json"), status=404
    ),
    "model that is not listed": Fault("model_not_found", "nope", model="nope", posts=0),
    "overflow of llama.cpp": Fault(
        "context_overflow", "context", replay("llamacpp/chat_overflow_400.json"), status=400, posts=2
    ),
    "overflow of vLLM": Fault(
        "context_overflow", "context", replay("vllm/chat_overflow_400.json"), status=400, posts=2
    ),
    "overflow of TGI": Fault("context_overflow", "context", replay("tgi/overflow_422.json"), status=422),
    "overflow of SGLang": Fault("context_overflow", "context", replay("sglang/overflow_400.json"), status=400, posts=2),
    "413 of a proxy": Fault("too_large", "too large", html_page(413), status=413),
    # It cannot, now.
    "429": Fault(
        "overloaded",
        "too much to do",
        json_reply({"error": "Too many requests"}, status=429, headers=(("Retry-After", "7"),)),
        status=429,
        retry_after=7,
    ),
    "500": Fault("server_error", "500", json_reply({"error": "CUDA error at /opt/vllm/x.py"}, status=500), status=500),
    "502 page": Fault("server_error", "502", html_page(502), status=502, posts=3),
    "503 while loading": Fault(
        "loading", "loading", replay("llamacpp/loading_503.json"), status=503, settings=QUICK, posts=3
    ),
    "504 without a body": Fault("server_error", "504", reply(504), status=504),
    # It begins and does not end.
    "stream without an end": Fault("incomplete", "before the answer", unfinished(answers.chat()), text=HELLO),
    "connection closed in mid stream": Fault(
        "incomplete", "before the answer", cut_after(answers.chat(), 3, Fin()), text="Hello from"
    ),
    "connection reset in mid stream": Fault(
        "incomplete", "before the answer", cut_after(answers.chat(), 3, Rst()), text="Hello from"
    ),
    "closed without the last chunk": Fault(
        "incomplete", "before the answer", without_last_chunk(unfinished(answers.chat())), text=HELLO
    ),
    "stall in mid stream": Fault(
        "timeout", "idle_timeout", cut_after(answers.chat(), 3, Stall()), text="Hello from", settings=QUICK
    ),
    "pings in place of an answer": Fault(
        "timeout", "first_token_timeout", endless(piece=b": ping\n\n"), settings=QUICK
    ),
    # What comes is not an answer.
    "empty answer": Fault("bad_response", "empty", stream(answers.DONE)),
    "empty body": Fault("bad_response", "empty", stream()),
    "garbage at once": Fault("bad_response", "not JSON", stream(b"data: {oops\n\n", answers.DONE)),
    "garbage in mid stream": Fault(
        "bad_response", "not JSON", stream(*answers.chat_events(("Hello",))[:2], b"data: {oops\n\n"), text="Hello"
    ),
    "error in the stream": Fault("server_error", "lab", replay("tgi/error_in_stream.sse"), text="par"),
    "error with status 200": Fault("server_error", "lab", json_reply({"error": {"message": "boom"}})),
    "overloaded in the stream": Fault("overloaded", "too much", replay("tgi/overloaded_in_stream.sse")),
    "error that quotes the key": Fault(
        "invalid_request", "lab", json_reply({"error": {"message": f"bad header Bearer {KEY}"}}, status=400), status=400
    ),
    "endless line": Fault("too_large", "line", endless(piece=b"x" * 65_536), settings={"limits.line_bytes": 100_000}),
    "endless answer": Fault(
        "too_large",
        "limits.answer_bytes",
        endless(piece=CHUNK),
        text="x" * 1000,
        settings={"limits.answer_bytes": 1000},
    ),
    "call of a tool that nobody offered": Fault("bad_response", "tool", replay("llamacpp/tool_call_stream.sse")),
}
"""By name."""

COMPLETE = {
    "finish reason without [DONE]": stream(*answers.chat_events(answers.TEXTS)),
    "reset after the finish reason": cut_after(stream(*answers.chat_events(answers.TEXTS)), 8, Rst()),
    "[DONE] without a finish reason": stream(*answers.chat_events(answers.TEXTS, finish_reason=None), answers.DONE),
    "open connection after [DONE]": cut_after(
        stream(*answers.chat_events(answers.TEXTS), answers.DONE, b": never sent"), 9, Stall()
    ),
    "last event without its blank line": stream(b"".join(answers.chat_events(answers.TEXTS)).rstrip()),
}
"""Answers that lack something and are whole all the same."""

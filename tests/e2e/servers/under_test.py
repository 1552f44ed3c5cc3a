"""Real servers in the shape in which the fakes are tested, for the one suite that is run against them all."""

import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from platformdirs import user_data_path

from tests.e2e.servers import litellm, vllm
from tests.e2e.servers.llamacpp import HERMES, Options, llamacpp
from tests.e2e.servers.ollama import CHAT_ONLY, WITH_TOOLS, ollama
from tests.e2e.servers.running import RunningServer
from tests.fakes.kinds.under_test import ServerUnderTest, Start

EMBEDDED_MODEL = "smollm2-135m-instruct.gguf"
GIVEN_UP_WITHIN = 2.0
"""Seconds in which a server has stopped to generate for a client that is gone."""
KEY = "sk-canary-4711-do-not-print"
CONTEXT = 768
"""Tokens a conversation: enough for rounds of tool calls, and read in a few seconds by one slow core."""

Run = Callable[[Path, Path], AbstractContextManager[tuple[RunningServer, ...]]]
"""Starts, in a folder, what serves the model of a GGUF file: the server that is asked, and those behind it."""


@dataclass(frozen=True, slots=True)
class Real:
    """`idle` says whether none of the servers generates; what is `told` has no addresses before it runs."""

    name: str
    run: Run
    told: ServerUnderTest
    idle: Callable[[RunningServer], bool]

    @contextmanager
    def open(self) -> Generator[ServerUnderTest]:
        model = user_data_path("inhouse") / "models" / EMBEDDED_MODEL
        with tempfile.TemporaryDirectory() as folder, self.run(Path(folder), model) as servers:
            first, *_ = servers

            def restart() -> None:
                first.kill()
                first.start()

            yield replace(
                self.told,
                version=first.version,
                url=first.url,
                model=self.told.model or first.model,
                key=first.key,
                context_length=first.context_length,
                cancelled=lambda: _comes_true(lambda: all(self.idle(server) for server in servers[1:] or servers)),
                restart=restart,
            )


def _comes_true(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + GIVEN_UP_WITHIN
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _slots_idle(server: RunningServer) -> bool:
    with server.client() as client:
        slots: list[dict[str, Any]] = client.get("/slots").json()
    return not any(slot["is_processing"] for slot in slots)


def _answers_at_once(server: RunningServer) -> bool:
    """Ollama has one slot: who comes next waits for whoever generates."""
    body = {"model": server.model, "prompt": "Hi", "stream": False, "options": {"num_predict": 1, "num_ctx": CONTEXT}}
    with server.client() as client:
        try:
            return client.post("/api/generate", json=body, timeout=GIVEN_UP_WITHIN).status_code == 200
        except httpx.TimeoutException:
            return False


def _none_running(server: RunningServer) -> bool:
    with server.client() as client:
        lines = client.get("/metrics").text.splitlines()
    counted = [line for line in lines if line.startswith("vllm:num_requests_running")]
    return bool(counted) and all(float(line.rpartition(" ")[2]) == 0 for line in counted)


def _told(kind: str, **more: Any) -> ServerUnderTest:  # noqa: ANN401 - the fields of ServerUnderTest
    base = ServerUnderTest(kind, "", "", "", cancelled=lambda: False, restart=lambda: None)
    return replace(base, **more)


@contextmanager
def _one(server: AbstractContextManager[RunningServer]) -> Generator[tuple[RunningServer, ...]]:
    with server as running:
        yield (running,)


def _llamacpp(options: Options) -> Run:
    return lambda folder, model: _one(llamacpp(folder, model, options))


def _ollama(folder: Path, model: Path) -> AbstractContextManager[tuple[RunningServer, ...]]:
    return _one(ollama(folder, model, num_ctx=CONTEXT))


@contextmanager
def _cluster(folder: Path, model: Path) -> Generator[tuple[RunningServer, ...]]:
    with ExitStack() as stack:
        replicas = [
            stack.enter_context(llamacpp(folder / name, model, Options(n_ctx=CONTEXT, template=HERMES)))
            for name in ("first", "second")
        ]
        yield (stack.enter_context(litellm.litellm(folder / "proxy", replicas)), *replicas)


def _vllm(*, chat_template: bool = True, tool_parser: bool = False) -> Run:
    def run(folder: Path, model: Path) -> AbstractContextManager[tuple[RunningServer, ...]]:
        converted = vllm.converted(folder / "models", model, chat_template=chat_template)
        return _one(vllm.vllm(folder / "vllm", converted, vllm.Options(tool_parser=tool_parser)))

    return run


LLAMACPP = _told("llamacpp", exact_counts=True, unknown_model=None)
OLLAMA = _told("ollama")
VLLM = _told("vllm", exact_counts=True)

_SLOTS = Options(n_ctx=2 * CONTEXT, n_parallel=2, template=HERMES)
_LOCKED = Options(n_ctx=CONTEXT, key=KEY)
_LOCAL = (
    Real("real-llamacpp", _llamacpp(_SLOTS), LLAMACPP, _slots_idle),
    Real("real-llamacpp-key", _llamacpp(_LOCKED), replace(LLAMACPP, tools=False), _slots_idle),
    Real("real-ollama", _ollama, replace(OLLAMA, model=CHAT_ONLY, tools=False), _answers_at_once),
    Real("real-ollama-tools", _ollama, replace(OLLAMA, model=WITH_TOOLS), _answers_at_once),
)
_SMALL = Real("real-llamacpp-small", _llamacpp(Options(n_ctx=256)), replace(LLAMACPP, tools=False), _slots_idle)
_HEAVY = (
    Real("real-vllm", _vllm(tool_parser=True), VLLM, _none_running),
    Real("real-vllm-no-parser", _vllm(), replace(VLLM, tools=False), _none_running),
    Real("real-vllm-base", _vllm(chat_template=False), replace(VLLM, chat=False, tools=False), _none_running),
)
_CLUSTERS = (Real("real-litellm", _cluster, _told("openai", unknown_model=400), _slots_idle),)


def _starts(servers: tuple[Real, ...]) -> tuple[Start, ...]:
    return tuple(Start(server.name, server.open) for server in servers)


REAL = _starts(_LOCAL)
REAL_SMALL = _starts((_SMALL,))
"""With a very short context."""
REAL_VLLM = _starts(_HEAVY)
REAL_CLUSTER = _starts(_CLUSTERS)

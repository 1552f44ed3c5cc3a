"""A server as one suite for all of them sees it, fake or real: where it is, and what is to be found out about it."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from tests.fakes.kinds.huggingface import fake_huggingface
from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall
from tests.fakes.kinds.litellm import fake_litellm
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.lmstudio import fake_lmstudio
from tests.fakes.kinds.ollama import V24, V33, fake_ollama
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.sglang import fake_sglang
from tests.fakes.kinds.tgi import STARCODER, V2, V3, fake_tgi
from tests.fakes.kinds.vllm import fake_vllm

MOST_REQUESTS = 6
"""Until the software is known; what it says of its models comes on top."""


@dataclass(frozen=True, slots=True)
class ServerUnderTest:
    """What holds of the running server; `kind` is the setting's value.

    `context_length` is what the model has, `length_source` (`server`, `assumed`) whether the server tells it;
    `exact_counts` that it can count a chat. `tools`, `thinking` and `fim` are what comes of asking for them. `overflow`
    and `unknown_model` are the statuses of its refusals, None where it does not refuse; with `overflow_in_stream` a
    streamed request meets an overflow within a 200. `cancelled` waits until the server has given up the last request,
    and is False when it goes on; `restart` ends its connections, as a new start does. `fake` has the knobs of a fake.
    """

    kind: str
    version: str
    url: str
    model: str
    cancelled: Callable[[], bool]
    restart: Callable[[], None]
    key: str | None = None
    context_length: int = 4096
    length_source: str = "server"
    exact_counts: bool = False
    chat: bool = True
    tools: bool = True
    thinking: bool = False
    fim: bool = False
    overflow: int | None = 400
    overflow_in_stream: bool = False
    unknown_model: int | None = 404
    fake: FakeServer | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """One server of the suite: `name` is the test's id, and it runs while `open` is entered."""

    name: str
    open: Callable[[], AbstractContextManager[ServerUnderTest]]


MODEL = FakeModel(thinking=True, fim=True)
KNOBS = Knobs(models=(MODEL,), thinking=("Let", " me", " see"), tool_calls=(ToolCall("read_file", {"path": "d.py"}),))
BASE = replace(KNOBS, models=(STARCODER,))
NO_TOOLS = replace(KNOBS, models=(replace(MODEL, tools=False),))
WITH_KEY = replace(KNOBS, key="sk-canary-4711-do-not-print")


@dataclass(frozen=True, slots=True)
class Fake:
    """A fake, and what is to be found out about it: `told` has no addresses, they come once it runs."""

    name: str
    make: Callable[[], FakeServer]
    told: ServerUnderTest

    @contextmanager
    def open(self) -> Generator[ServerUnderTest]:
        with self.make() as server:
            yield replace(
                self.told,
                url=server.url,
                model=server.knobs.models[0].name,
                key=server.knobs.key,
                cancelled=lambda: server.exchanges()[-1].closed_by_client(),
                restart=server.drop_connections,
                fake=server,
            )


def _nothing() -> None: ...


TOLD = ServerUnderTest(
    "openai", "", "", "", cancelled=lambda: False, restart=_nothing, thinking=True, length_source="assumed"
)
LISTED = replace(TOLD, length_source="server")
COUNTS = replace(LISTED, exact_counts=True)

VLLM = replace(COUNTS, kind="vllm", version="0.32.0")
TGI = replace(COUNTS, kind="tgi", version=V3, overflow=422, overflow_in_stream=True, unknown_model=None, fim=True)
LLAMACPP = replace(COUNTS, kind="llamacpp", version="b11549", unknown_model=None, fim=True)
OLLAMA = replace(LISTED, kind="ollama", version=V33, fim=True)
SGLANG = replace(COUNTS, kind="sglang", version="0.5.23", unknown_model=None)
LMSTUDIO = replace(LISTED, kind="lmstudio", overflow_in_stream=True, unknown_model=None)
HUGGINGFACE = replace(LISTED, kind="huggingface", unknown_model=400, context_length=2048)
LITELLM = replace(LISTED, version="1.109.1", unknown_model=400)

_FAKES = (
    Fake("vllm", lambda: fake_vllm(WITH_KEY), VLLM),
    Fake("vllm-base", lambda: fake_vllm(BASE), replace(VLLM, chat=False, tools=False, thinking=False)),
    Fake("vllm-no-parser", lambda: fake_vllm(NO_TOOLS), replace(VLLM, tools=False)),
    Fake("tgi-3", lambda: fake_tgi(KNOBS), TGI),
    Fake("tgi-2", lambda: fake_tgi(KNOBS, version=V2), replace(TGI, version=V2)),
    Fake("tgi-base", lambda: fake_tgi(BASE), replace(TGI, chat=False, tools=False, thinking=False)),
    Fake("llamacpp", lambda: fake_llamacpp(KNOBS, slots=2), LLAMACPP),
    Fake("llamacpp-no-tools", lambda: fake_llamacpp(NO_TOOLS), replace(LLAMACPP, tools=False)),
    Fake("ollama-0.33", lambda: fake_ollama(KNOBS), OLLAMA),
    Fake("ollama-0.24", lambda: fake_ollama(KNOBS, version=V24), replace(OLLAMA, version=V24)),
    Fake("ollama-no-tools", lambda: fake_ollama(NO_TOOLS), replace(OLLAMA, tools=False)),
    Fake("sglang", lambda: fake_sglang(WITH_KEY), SGLANG),
    Fake("lmstudio", lambda: fake_lmstudio(KNOBS), LMSTUDIO),
    Fake("huggingface", lambda: fake_huggingface(WITH_KEY), HUGGINGFACE),
    Fake("litellm", lambda: fake_litellm(WITH_KEY), LITELLM),
    Fake("litellm-untold", lambda: fake_litellm(WITH_KEY, told=False), replace(LITELLM, length_source="assumed")),
    Fake("openai", lambda: fake_plain(KNOBS), TOLD),
    Fake("openai-locked", lambda: fake_plain(WITH_KEY, others=403), TOLD),
)
FAKES = tuple(Start(fake.name, fake.open) for fake in _FAKES)
"""Every fake, as a parametrised suite takes them."""

"""What there is to talk to: backends, their models, and what is wrong with them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from inhouse.domain.errors import ErrorKind

ASSUMED_CONTEXT_LENGTH = 4096
"""Tokens, for a model whose server does not say (interface §1)."""


class Kind(StrEnum):
    """Server software of a backend."""

    AUTO = "auto"
    VLLM = "vllm"
    TGI = "tgi"
    OLLAMA = "ollama"
    LLAMACPP = "llamacpp"
    SGLANG = "sglang"
    LMSTUDIO = "lmstudio"
    HUGGINGFACE = "huggingface"
    OPENAI = "openai"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Software:
    """What answers at a backend's URL, as far as it is known; `evidence` says how that was found out."""

    kind: Kind
    version: str | None = None
    evidence: str | None = None


class Zone(StrEnum):
    LOCAL = "local"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class ModelId:
    """`<backend>|<model>`, split at the first bar; a model's own name may hold more of them."""

    backend: str
    name: str

    def __str__(self) -> str:
        return f"{self.backend}|{self.name}"

    @classmethod
    def parse(cls, text: str) -> "ModelId | None":
        """None for a bare model name."""
        backend, bar, name = text.partition("|")
        return cls(backend, name) if bar and backend and name else None


class ModelState(StrEnum):
    READY = "ready"
    LOADING = "loading"
    UNAVAILABLE = "unavailable"


class ContextSource(StrEnum):
    """Where a context length comes from."""

    SERVER = "server"
    CONFIG = "config"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Capabilities:
    chat: bool = True
    tool_calling: bool = False
    image_input: bool = False
    thinking: bool = False
    fim: bool = False


class Ability(StrEnum):
    """What a request may need of a model beyond chat."""

    TOOLS = "tools"
    IMAGES = "images"
    FIM = "fim"


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """A context length told as two numbers, for clients that want them so (interface §4.3)."""

    max_input: int
    max_output: int


@dataclass(frozen=True, slots=True)
class Model:
    """One model of one backend. `context_length` is in tokens of prompt and answer together, and None only
    while the model is loading or unavailable. `untold` holds abilities of which nobody has said anything: a request
    that needs one may try. With `FIM` in it, the model's name alone says whether it fills in."""

    id: ModelId
    context_length: int | None
    context_source: ContextSource
    limits: TokenLimits
    local: bool
    state: ModelState = ModelState.READY
    capabilities: Capabilities = field(default_factory=Capabilities)
    family: str | None = None
    detail: str = ""
    chars_per_token: float = 3.0
    untold: frozenset[Ability] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a backend has no models to show, in one sentence."""

    backend: str
    kind: ErrorKind
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ModelList:
    models: tuple[Model, ...]
    default: ModelId | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BackendStatus:
    """`state` is one word for a person; `latency_ms` is that of the last model list; `evidence` is what told the
    kind, where it was found out."""

    name: str
    kind: Kind
    url: str
    zone: Zone
    state: Literal["ready", "idle", "loading", "unreachable", "error"]
    latency_ms: float | None = None
    version: str | None = None
    problem: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens; `exact` when the backend's own tokenizer counted."""

    tokens: int
    exact: bool

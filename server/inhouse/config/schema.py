"""The whole settings tree (interface §3), validated and frozen; keys are snake_case."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from inhouse.domain.models import Kind, Zone
from inhouse.domain.origin import Origin

BACKEND_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
RESERVED_HEADERS = frozenset({"authorization", "api-key", "x-conversation-id", "host", "content-length"})
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Bytes = Annotated[int, Field(gt=0, le=1_000_000_000)]
Ratio = Annotated[float, Field(gt=0, le=1)]


def _url(value: str) -> str:
    if value:
        Origin.parse(value)
    return value.rstrip("/")


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if name.lower() in RESERVED_HEADERS or not HEADER_NAME.fullmatch(name):
            raise ValueError(f"the header {name!r} cannot be set here")
        if not HEADER_VALUE.fullmatch(text):
            raise ValueError(f"the value of the header {name!r} is not printable ASCII")
    return value


def _not_yet(value: object) -> object:
    """For a setting that nothing acts on yet: better refused than believed."""
    if value:
        raise ValueError("this version cannot do that yet, so it refuses to promise it")
    return value


class Section(BaseModel):
    """Strict, so that a misspelt key or a number in quotes is reported and never guessed at."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ModelOverride(Section):
    """What the user knows better than the server about one model."""

    name: str
    context_length: Annotated[int, Field(ge=16)] | None = None
    chat: bool | None = None
    fim: bool | None = None


class BackendSettings(Section):
    """One inference endpoint."""

    url: Annotated[str, AfterValidator(_url)] = ""
    """Base URL, with or without /v1."""
    kind: Annotated[Kind, Field(strict=False)] = Kind.AUTO
    zone: Literal["", "local", "cloud"] = ""
    """The company's word on where it is; empty means by its address."""
    api_key_env: str = ""
    """Name of the environment variable that holds the key; bound to the origin of the `url` beside it."""
    api_key_command: Annotated[list[str], AfterValidator(_not_yet)] = []
    """A program that prints a short-lived key."""
    api_key_ttl: Seconds = 300
    """Seconds for which such a key is kept."""
    api_key_header: Annotated[str, Field(pattern=HEADER_NAME.pattern)] = "Authorization"
    api_key_scheme: Annotated[str, Field(pattern=r"^[!-~]*$")] = "Bearer"
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = {}
    """Further request headers."""
    ca_file: str = ""
    """A CA bundle in place of the system's trust store."""
    client_cert: str = ""
    """PEM file with certificate and key."""
    verify: bool = True
    """False accepts any certificate."""
    proxy: str = "none"
    affinity_header: Annotated[str, AfterValidator(_not_yet)] = ""
    """Header that gets an opaque id of the conversation."""
    models: list[ModelOverride] = []
    """Overrides for single models."""
    connect_timeout: Seconds = 5
    first_token_timeout: Seconds = 900
    idle_timeout: Seconds = 60
    """Seconds between two events that carry something."""
    max_concurrency: Annotated[int, Field(ge=1, le=10_000)] = 4
    tool_calls_in_text: Annotated[bool, AfterValidator(_not_yet)] = False

    @property
    def forced_zone(self) -> Zone | None:
        return Zone(self.zone) if self.zone else None

    @model_validator(mode="after")
    def _proxy_is_none(self) -> "BackendSettings":
        if self.proxy != "none":
            raise ValueError("proxy: this version connects directly only; use none")
        return self


class Discovery(Section):
    timeout: Seconds = 5
    """Seconds for a model list or a probe."""


class Routing(Section):
    order: list[str] = []
    """Backends in the order in which they are tried; empty: the local ones as configured, then embedded."""
    fallback: bool = True
    """Move on to the next backend when one fails before its answer has begun."""


class Tokens(Section):
    """How a context length is announced to clients that want two numbers."""

    input_ratio: Ratio = 0.75
    output_ratio: Ratio = 0.25
    minimum_output: Annotated[int, Field(ge=1)] = 100

    @model_validator(mode="after")
    def _at_most_the_whole(self) -> "Tokens":
        if self.input_ratio + self.output_ratio > 1 + 1e-9:
            raise ValueError("input_ratio and output_ratio sum to more than 1")
        return self


class Limits(Section):
    answer_bytes: Bytes = 4_000_000
    """Text of one answer."""
    line_bytes: Bytes = 1_000_000
    """One line of a stream."""
    tool_arguments_bytes: Bytes = 500_000
    message_bytes: Bytes = 64_000_000
    """One LSP message from the client."""


class Embedded(Section):
    """The llama.cpp engine that Inhouse runs itself."""

    enabled: Literal["auto"] | bool = "auto"
    """auto: when nothing else is configured, and as the last fallback."""
    model: str = "smollm2-135m-instruct"
    """A name known to `inhouse model list`, or a path to a GGUF file."""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """0: as many as physical cores."""
    idle_unload: Seconds = 600
    """Seconds without a request after which the model is unloaded."""


class Completion(Section):
    enabled: bool = True
    disabled_languages: list[str] = []
    debounce_ms: Annotated[int, Field(ge=0, le=10_000)] = 150


class Actions(Section):
    disabled: list[str] = []


class Prompts(Section):
    instructions: list[str] = ["AGENTS.md", ".github/copilot-instructions.md"]
    """Files read as the project's text."""


class ReviewRule(Section):
    paths: str
    text: str


class Review(Section):
    model: str = ""
    fail_on: Literal["error", "warning", "info", "never"] = "never"
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    max_findings: Annotated[int, Field(ge=0)] = 10
    ignore: list[str] = []
    rules: list[ReviewRule] = []


def _network(value: list[str]) -> list[str]:
    from ipaddress import ip_network

    for cidr in value:
        ip_network(cidr)
    return value


class Privacy(Section):
    air_gapped: bool = False
    """Nothing leaves for a cloud backend or a public address, whatever else is configured."""
    local_networks: Annotated[list[str], AfterValidator(_network)] = []
    """CIDR ranges of the company that count as local."""
    redact_secrets: Annotated[bool, AfterValidator(_not_yet)] = False
    exclude: list[str] = ["**/.env", "**/*.pem"]
    """Files that are never sent, .gitignore-style; added to the built-in ones."""


class Audit(Section):
    enabled: Annotated[bool, AfterValidator(_not_yet)] = False
    path: str = ""
    content: Annotated[bool, AfterValidator(_not_yet)] = False
    user: Literal["os", "pseudonym", "none"] = "os"
    forward: Annotated[str, AfterValidator(_not_yet)] = ""
    retention_days: Annotated[int, Field(ge=0)] = 0


def _backend_names(value: dict[str, BackendSettings]) -> dict[str, BackendSettings]:
    for name in value:
        if not BACKEND_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a backend name: lower-case letters, digits and hyphens")
        if name == "embedded":
            raise ValueError("the name embedded belongs to the embedded engine; see [embedded]")
    return value


class Config(Section):
    """All settings, merged."""

    model: str = "auto"
    """Default chat model: an id, or auto for the first ready one in routing order."""
    completion_model: str = "auto"
    backends: Annotated[dict[str, BackendSettings], AfterValidator(_backend_names)] = {}
    discovery: Discovery = Discovery()
    routing: Routing = Routing()
    tokens: Tokens = Tokens()
    limits: Limits = Limits()
    embedded: Embedded = Embedded()
    completion: Completion = Completion()
    actions: Actions = Actions()
    prompts: Prompts = Prompts()
    review: Review = Review()
    privacy: Privacy = Privacy()
    audit: Audit = Audit()


def home_path(text: str) -> Path:
    """A path from the settings, with `~` resolved."""
    return Path(text).expanduser()

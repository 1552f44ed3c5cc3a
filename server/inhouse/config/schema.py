"""The whole settings tree (interface §3): frozen, with its defaults and the rule of every value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from inhouse.config.rules import (
    AUTO_OR_FLAG,
    BYTES,
    COMMAND,
    FLAG,
    HEADER,
    HEADER_OR_NONE,
    HEADERS,
    NETWORKS,
    RATIO,
    SECONDS,
    TEXT,
    TEXTS,
    URL,
    ListOf,
    Rule,
    TableOf,
    choice,
    in_short,
    matching,
    not_yet,
    number,
    patterns,
    whole,
)
from inhouse.domain.models import Kind, Zone

EXCLUDE = ("**/.env", "**/*.pem")
BACKEND_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverride:
    """What the user knows better than the server about one model."""

    name: Annotated[str, TEXT]
    """As the server lists it."""
    context_length: Annotated[int | None, whole(16, 1_000_000_000)] = None
    """Tokens of prompt and answer together."""
    chat: Annotated[bool | None, FLAG] = None
    """Whether it can chat; a base model cannot."""
    fim: Annotated[bool | None, FLAG] = None
    """Whether it can fill in the middle."""
    tokenizer: Annotated[str, TEXT] = ""
    """Its tokenizer.json, for counting where the server cannot; needs `inhouse[tokenizers]`."""
    tool_calling: Annotated[bool | None, FLAG] = None
    """Whether it can call tools."""
    image_input: Annotated[bool | None, FLAG] = None
    """Whether it can read images."""
    thinking: Annotated[bool | None, FLAG] = None
    """Whether it thinks before it answers."""


def _no_proxy(raw: object) -> str:
    if raw != "none":
        raise ValueError("this version connects directly only; use none")
    return "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendSettings:
    """One inference endpoint."""

    url: Annotated[str, URL] = ""
    """Base URL, with or without /v1; without a slash at its end."""
    kind: Annotated[Kind, choice(*(kind for kind in Kind if kind is not Kind.EMBEDDED), kind=Kind)] = Kind.AUTO
    """The server software."""
    zone: Annotated[Literal["", "local", "cloud"], choice("", "local", "cloud")] = ""
    """The company's word on where it is; empty means by its address."""
    api_key_env: Annotated[str, matching(r"[^\s=\x00]*", "the name of an environment variable")] = ""
    """Name of the environment variable that holds the key; bound to the origin of the `url` beside it."""
    api_key_command: Annotated[Sequence[str], COMMAND] = ()
    """A program and its arguments, run without a shell, that prints a short-lived key; bound to the same origin."""
    api_key_ttl: Annotated[float, SECONDS] = 300
    """Seconds for which such a key is kept where it does not say so itself."""
    api_key_header: Annotated[str, HEADER] = "Authorization"
    """The header that carries the key."""
    api_key_scheme: Annotated[str, matching(r"[!-~]*", "a word such as Bearer")] = "Bearer"
    """The word before the key in that header; empty for none."""
    headers: Annotated[Mapping[str, str], HEADERS] = field(default_factory=dict[str, str])
    """Further request headers."""
    ca_file: Annotated[str, TEXT] = ""
    """A CA bundle in place of the system's trust store."""
    client_cert: Annotated[str, TEXT] = ""
    """PEM file with certificate and key."""
    verify: Annotated[bool, FLAG] = True
    """False accepts any certificate."""
    proxy: Annotated[str, Rule(_no_proxy, "text")] = "none"
    """The proxy to this backend; nothing is taken from proxy variables."""
    affinity_header: Annotated[str, HEADER_OR_NONE] = ""
    """Header that gets an opaque id of the conversation, for routers that keep one on the same replica."""
    models: Annotated[Sequence[ModelOverride], ListOf(ModelOverride)] = ()
    """Overrides for single models."""
    connect_timeout: Annotated[float, SECONDS] = 5
    """Seconds until a connection stands."""
    first_token_timeout: Annotated[float, SECONDS] = 900
    """Seconds until the answer begins; a cold or CPU model may be slow."""
    idle_timeout: Annotated[float, SECONDS] = 60
    """Seconds between two events that carry something."""
    max_concurrency: Annotated[int, whole(1, 10_000)] = 4
    """Requests at once; further ones wait their turn."""
    tool_calls_in_text: Annotated[bool, FLAG] = False
    """Recover tool calls that the model prints as text."""

    @property
    def forced_zone(self) -> Zone | None:
        return Zone(self.zone) if self.zone else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Asking the backends what they have."""

    timeout: Annotated[float, SECONDS] = 5
    """Seconds for a model list or a probe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Which backend answers."""

    order: Annotated[Sequence[str], TEXTS] = ()
    """Backends in the order in which they are tried; empty: the local ones as configured, then embedded."""
    fallback: Annotated[bool, FLAG] = True
    """Move on to the next backend when one fails before its answer has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """How a context length is announced to clients that want two numbers; the ratios sum to at most 1."""

    input_ratio: Annotated[float, RATIO] = 0.75
    """The prompt's share of the context length."""
    output_ratio: Annotated[float, RATIO] = 0.25
    """The answer's share of the context length."""
    minimum_output: Annotated[int, whole(1, 1_000_000_000)] = 100
    """Tokens that the answer's share is at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds in bytes."""

    answer_bytes: Annotated[int, BYTES] = 4_000_000
    """Text of one answer."""
    line_bytes: Annotated[int, BYTES] = 1_000_000
    """One line of a stream."""
    tool_arguments_bytes: Annotated[int, BYTES] = 500_000
    """Arguments of one tool call."""
    message_bytes: Annotated[int, BYTES] = 64_000_000
    """One LSP message from the client; read when the server starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The llama.cpp engine that Inhouse runs itself."""

    enabled: Annotated[Literal["auto"] | bool, AUTO_OR_FLAG] = "auto"
    """auto: when nothing else is configured, and as the last fallback."""
    model: Annotated[str, TEXT] = "smollm2-135m-instruct"
    """A name known to `inhouse model list`, or a path to a GGUF file."""
    threads: Annotated[int, whole(0, 1024)] = 0
    """0: one fewer than there are physical cores."""
    idle_unload: Annotated[float, SECONDS] = 600
    """Seconds without a request after which the model is unloaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Inline completion."""

    enabled: Annotated[bool, FLAG] = True
    """Offer it."""
    disabled_languages: Annotated[Sequence[str], TEXTS] = ()
    """Language ids in which it is not offered."""
    debounce_ms: Annotated[int, whole(0, 10_000)] = 150
    """Milliseconds of quiet before a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Code actions."""

    disabled: Annotated[Sequence[str], TEXTS] = ()
    """Kinds that are neither offered nor done, each with all below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """What goes into the prompts of code actions, reviews and commit messages."""

    instructions: Annotated[Sequence[str], TEXTS] = ("AGENTS.md", ".github/copilot-instructions.md")
    """Files with the project's own rules. A bare name is looked for beside the file and then upwards, one with a slash
    from the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule:
    """What a review must look for in some files."""

    paths: Annotated[str, TEXT]
    """A path pattern."""
    text: Annotated[str, TEXT]
    """What to look for there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Review of changes."""

    model: Annotated[str, TEXT] = ""
    """A model id; empty means the default chat model."""
    fail_on: Annotated[Literal["error", "warning", "info", "never"], choice("error", "warning", "info", "never")] = (
        "never"
    )
    """The severity from which on the command fails."""
    min_confidence: Annotated[float, number("a number from 0 to 1", 0, 1)] = 0.5
    """Findings below it are dropped."""
    max_findings: Annotated[int, whole(0, 1_000_000)] = 10
    """Findings at most."""
    ignore: Annotated[Sequence[str], TEXTS] = ()
    """Path patterns that are not reviewed."""
    rules: Annotated[Sequence[ReviewRule], ListOf(ReviewRule)] = ()
    """What to look for where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What may leave, and for where."""

    air_gapped: Annotated[bool, FLAG] = False
    """Nothing leaves for a cloud backend or a public address, whatever else is configured."""
    local_networks: Annotated[Sequence[str], NETWORKS] = ()
    """CIDR ranges of the company that count as local."""
    redact_secrets: Annotated[bool, FLAG] = True
    """Replace what looks like a credential before it leaves."""
    exclude: Annotated[Sequence[str], patterns(EXCLUDE)] = EXCLUDE
    """Files that are never sent, .gitignore-style; added to the built-in ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A record of every request."""

    enabled: Annotated[bool, not_yet(FLAG)] = False
    """Keep the record."""
    path: Annotated[str, TEXT] = ""
    """Its file; empty means audit.jsonl in the state folder."""
    content: Annotated[bool, not_yet(FLAG)] = False
    """Keep prompts and answers too."""
    user: Annotated[Literal["os", "pseudonym", "none"], choice("os", "pseudonym", "none")] = "os"
    """How the user is named in it."""
    forward: Annotated[str, not_yet(TEXT)] = ""
    """Where to send the record as well."""
    retention_days: Annotated[int, whole(0, 1_000_000)] = 0
    """Days for which it is kept; 0 means for ever."""


def _backend_name(raw: object) -> str:
    if raw == "embedded":
        raise ValueError("the name embedded belongs to the embedded engine; see [embedded]")
    if not isinstance(raw, str) or not BACKEND_NAME.fullmatch(raw):
        name = in_short(str(raw))
        raise ValueError(f"{name} is not a backend name: use lower-case letters, digits and hyphens")
    return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings, merged."""

    model: Annotated[str, TEXT] = "auto"
    """Default chat model: an id, or auto for the first ready one in routing order."""
    completion_model: Annotated[str, TEXT] = "auto"
    """Default model for inline completion."""
    backends: Annotated[Mapping[str, BackendSettings], TableOf(BackendSettings, _backend_name)] = field(
        default_factory=dict[str, BackendSettings]
    )
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


def is_path(model: str) -> bool:
    """Whether `embedded.model` names a file rather than a model."""
    return "/" in model or "\\" in model or model.startswith("~") or model.lower().endswith(".gguf")


def home_path(text: str) -> Path:
    """A path from the settings, with `~` resolved; one of a user who does not exist stays as it is."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)

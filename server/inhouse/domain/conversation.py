"""A chat request: messages, their parts, and how to sample the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """`data` is base64."""

    mime_type: str
    data: str


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    id: str
    content: str


@dataclass(frozen=True, slots=True)
class LineRange:
    """An LSP range: zero-based lines, characters in the client's encoding, end exclusive."""

    start_line: int
    start_character: int
    end_line: int
    end_character: int


Part = TextPart | ThinkingPart | ImagePart | ToolCallPart | ToolResultPart


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool the client offers; `input_schema` is a JSON Schema."""

    name: str
    description: str
    input_schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """None means: the backend's own default."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    response_schema: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One stateless chat request, as the client sent it.

    `id` is the request id shared by log, error and the backend's `X-Request-Id`. Without `embedded_stands_in`, the
    embedded model answers only where it is the one that was meant, never for another that fails (interface §3,
    *Fallback*).
    """

    id: str
    messages: tuple[Message, ...]
    model: str | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["auto", "required", "none"] = "auto"
    options: SamplingOptions = field(default_factory=SamplingOptions)
    conversation_id: str | None = None
    purpose: Literal["chat", "background"] = "chat"
    initiator: str | None = None
    embedded_stands_in: bool = True

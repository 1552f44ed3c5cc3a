"""What a streamed answer is made of, whatever wire it came over."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A whole call: its arguments have parsed."""

    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know about this answer, e.g. that another backend took over. `once`: what is the same
    with every answer of the model, and enough to be told with the first."""

    message: str
    once: bool = False


class Stage(StrEnum):
    """How far a request has come, for progress shown to a person."""

    QUEUED = "queued"
    LOADING = "loading"
    WAITING = "waiting"
    PROMPT = "reading the prompt"
    THINKING = "thinking"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Progress:
    """A stage of `model` (an id); `done` and `total` count prompt tokens while they are read."""

    stage: Stage
    model: str
    done: int | None = None
    total: int | None = None


class FinishReason(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "toolCalls"
    CONTENT_FILTER = "contentFilter"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of prompt and answer; `exact` when the backend's own tokenizer counted both."""

    input_tokens: int
    output_tokens: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was left out of the conversation to fit it to the model; `tokens` is how many that saved."""

    messages: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a complete answer. `model` and `backend` are those that answered."""

    finish_reason: FinishReason
    usage: Usage
    model: str
    backend: str
    dropped: Dropped | None = None


Content = TextDelta | ThinkingDelta | ToolCall
"""A value after which there is no silent fallback."""

Event = Content | Notice | Progress | Finished

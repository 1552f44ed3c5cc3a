"""What a fake server serves and how it behaves: the same for every kind, so that one test can be asked of them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TEXTS = ("Hello", " from", " the", " fake", " server", ".")


@dataclass(frozen=True, slots=True)
class FakeModel:
    """`context_length` is what is loaded, `max_context_length` what the weights allow; `chat` means a chat template."""

    name: str = "acme/coder"
    context_length: int = 4096
    max_context_length: int = 32768
    chat: bool = True
    tools: bool = True
    images: bool = False
    thinking: bool = False
    fim: bool = False
    loaded: bool = True
    remote_host: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model makes as soon as it is offered tools, and no result is there yet."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Knobs:
    """`texts` and `thinking` go out one event each; `fills`, if there are any, instead of both where no chat is asked
    for but a text to go on with or to fill in. A stream with `breaks_after` fails after so many texts.

    `loading` and `busy` refuse as the kind does. `prefill_seconds` pass before an answer's first token, `event_seconds`
    before each event. `usage = False` is a server that reports none, even where it is asked to. With `echo`
    the text, and each text among a call's arguments, is the last word of the question, so that answers differ.
    """

    models: tuple[FakeModel, ...] = (FakeModel(),)
    texts: tuple[str, ...] = TEXTS
    thinking: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    key: str | None = None
    loading: bool = False
    busy: bool = False
    usage: bool = True
    breaks_after: int | None = None
    prefill_seconds: float = 0.0
    event_seconds: float = 0.0
    echo: bool = False

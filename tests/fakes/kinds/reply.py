"""What a fake answers to one request, before it is put into the shape of a kind."""

import json
from dataclasses import dataclass, replace
from typing import Any

from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall


@dataclass(frozen=True, slots=True)
class Reply:
    """`finish` is `stop`, `length` or `tool_calls`, or None where the answer breaks off; counts are in tokens."""

    model: FakeModel
    thinking: tuple[str, ...]
    texts: tuple[str, ...]
    calls: tuple[ToolCall, ...]
    finish: str | None
    prompt_tokens: int
    usage: bool

    @property
    def completion_tokens(self) -> int:
        return len(self.thinking) + len(self.texts) + sum(len(fragments(call)) for call in self.calls)

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def text(self) -> str:
        return "".join(self.texts)


def reply(
    knobs: Knobs, model: FakeModel, asked: dict[str, Any], *, prompt_tokens: int, limit: int | None = None
) -> Reply:
    """The answer that the knobs foresee, of at most `limit` tokens, and no more than the context has left."""
    if knobs.echo and asked.get("messages"):
        knobs = _echoing(knobs, asked)
    if knobs.fills and "messages" not in asked:
        knobs = replace(knobs, texts=knobs.fills, thinking=())
    calls = knobs.tool_calls if _wants_tools(asked) else ()
    thinking = knobs.thinking if model.thinking else ()
    texts = () if calls else knobs.texts
    left = min(limit or model.context_length, model.context_length - prompt_tokens)
    shown = thinking[:left]
    kept = texts[: max(0, left - len(shown))]
    finish = "tool_calls" if calls else "stop"
    if (shown, kept) != (thinking, texts):
        finish = "length"
    if knobs.breaks_after is not None:
        return Reply(model, shown, kept[: knobs.breaks_after], (), None, prompt_tokens, knobs.usage)
    return Reply(model, shown, kept, calls, finish, prompt_tokens, knobs.usage)


def fragments(call: ToolCall) -> list[str]:
    """The call's arguments as JSON text, in the pieces that a stream carries."""
    return pieces(json.dumps(call.arguments))


def pieces(text: str, size: int = 5) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _echoing(knobs: Knobs, asked: dict[str, Any]) -> Knobs:
    contents = [message["content"] for message in asked["messages"] if message["role"] == "user"]
    word = str(contents[-1]).split()[-1]
    echoed = tuple(replace(call, arguments=dict.fromkeys(call.arguments, word)) for call in knobs.tool_calls)
    return replace(knobs, tool_calls=echoed, texts=tuple(pieces(word, 2)))


def _wants_tools(asked: dict[str, Any]) -> bool:
    messages: list[dict[str, Any]] = asked.get("messages") or [{}]
    return bool(asked.get("tools")) and asked.get("tool_choice") != "none" and messages[-1].get("role") != "tool"

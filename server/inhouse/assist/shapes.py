"""Domain values in the public interface's JSON shapes (interface §4.2, §4.3), which the LSP and the CLI share.

Pure functions to plain dictionaries. An optional key that has no value is left out; `contextLength` and `default`,
which the interface always shows, are null instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from inhouse.assist.status import Status
from inhouse.domain.events import Content, Event, Finished, Notice, TextDelta, ThinkingDelta, ToolCall
from inhouse.domain.models import BackendStatus, Model, ModelList, Problem

Shape = dict[str, object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the request's start. `first_token` is None for an answer without any content."""

    first_token: float | None
    total: float


def event_value(event: Event) -> Shape | None:
    """A partial value; None for events that are not part of the answer."""
    match event:
        case TextDelta(text):
            return {"kind": "text", "text": text}
        case ThinkingDelta(text):
            return {"kind": "thinking", "text": text}
        case ToolCall(id=call, name=name, arguments=arguments):
            return {"kind": "toolCall", "id": call, "name": name, "arguments": dict(arguments)}
        case Notice(message):
            return {"kind": "notice", "message": message}
        case _:
            return None


def content_values(events: Iterable[Content]) -> list[Shape]:
    """The parts of a whole answer: adjacent deltas of one kind are one part."""
    parts: list[Shape] = []
    for kind, group in groupby(events, type):
        if kind is ToolCall:
            parts += [value for event in group if (value := event_value(event))]
        else:
            text = "".join(event.text for event in group if not isinstance(event, ToolCall))
            parts.append({"kind": "text" if kind is TextDelta else "thinking", "text": text})
    return parts


def chat_result(finished: Finished, content: Iterable[Content], timing: Timing) -> Shape:
    """The result of `inhouse/chat`; `content` is empty if it was streamed."""
    usage = finished.usage
    first = timing.total if timing.first_token is None else timing.first_token
    dropped = finished.dropped
    left_out: Shape = {"dropped": {"messages": dropped.messages, "tokens": dropped.tokens}} if dropped else {}
    return {
        "content": content_values(content),
        "model": finished.model,
        "backend": finished.backend,
        "finishReason": finished.finish_reason.value,
        "usage": {"inputTokens": usage.input_tokens, "outputTokens": usage.output_tokens, "exact": usage.exact},
        **left_out,
        "timing": {"firstTokenMs": _milliseconds(first), "totalMs": _milliseconds(timing.total)},
    }


def model_value(model: Model) -> Shape:
    can = model.capabilities
    return _without_none(
        {
            "id": str(model.id),
            "backend": model.id.backend,
            "name": model.id.name,
            "family": model.family,
            "maxInputTokens": model.limits.max_input,
            "maxOutputTokens": model.limits.max_output,
            "capabilities": {
                "chat": can.chat,
                "toolCalling": can.tool_calling,
                "imageInput": can.image_input,
                "thinking": can.thinking,
                "fim": can.fim,
            },
            "local": model.local,
            "charsPerToken": model.chars_per_token,
            "state": model.state.value,
            "detail": model.detail,
            "contextSource": model.context_source.value,
        }
    ) | {"contextLength": model.context_length}


def problem_value(problem: Problem) -> Shape:
    return {
        "backend": problem.backend,
        "kind": problem.kind.value,
        "message": problem.message,
        "hint": problem.hint,
    }


def model_list_value(models: ModelList) -> Shape:
    return {
        "models": [model_value(model) for model in models.models],
        "default": None if models.default is None else str(models.default),
        "problems": [problem_value(problem) for problem in models.problems],
    }


def backend_value(backend: BackendStatus) -> Shape:
    return _without_none(
        {
            "name": backend.name,
            "kind": backend.kind.value,
            "url": backend.url,
            "zone": backend.zone.value,
            "state": backend.state,
            "latencyMs": None if backend.latency_ms is None else round(backend.latency_ms, 1),
            "version": backend.version,
            "problem": backend.problem,
            "evidence": backend.evidence,
        }
    )


def status_value(status: Status) -> Shape:
    return {
        "backends": [backend_value(backend) for backend in status.backends],
        "default": None if status.default is None else str(status.default),
        "airGapped": status.air_gapped,
        "policy": status.policy,
        "version": status.version,
    }


def _without_none(shape: Shape) -> Shape:
    return {key: value for key, value in shape.items() if value is not None}


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)

"""The shapes of TGI's answers: those of v3.3, and of v2.4 where they differ."""

import json
from dataclasses import dataclass
from typing import Any

from tests.fakes.answers import DONE
from tests.fakes.behaviours import json_reply, stream
from tests.fakes.kinds.reply import Reply, fragments, pieces
from tests.fakes.wire import Behaviour

EVENT_STREAM = "text/event-stream"
CREATED = 1700000100
GENERATION_FAILED = "Request failed during generation: boom"
REASONS = {"stop": "eos_token", "tool_calls": "eos_token", "length": "length"}
"""The native finish reasons."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A version, and the name under which the answers speak of the model."""

    version: str
    model: str

    @property
    def is_v2(self) -> bool:
        return self.version.startswith("2.")

    def head(self, kind: str) -> dict[str, Any]:
        fingerprint = f"{self.version}-native"
        return {"object": kind, "id": "", "created": CREATED, "model": self.model, "system_fingerprint": fingerprint}

    def event(self, data: object) -> bytes:
        return _event(data, self.version)


@dataclass(frozen=True, slots=True)
class Refusal:
    text: str
    kind: str
    status: int = 422

    def behaviour(self) -> Behaviour:
        return json_reply({"error": self.text, "error_type": self.kind}, status=self.status)

    def event(self, shape: Shape) -> bytes:
        """v3 says it in an object with a status of its own, which is 422 whatever went wrong; v2 as in a body."""
        if shape.is_v2:
            return shape.event({"error": self.text, "error_type": self.kind})
        return shape.event({"error": {"message": self.text, "http_status_code": 422}})


FAILURE = Refusal(GENERATION_FAILED, "generation", status=424)


def refused_stream(refusal: Refusal, shape: Shape, *, is_chat: bool = True, done: bool = True) -> Behaviour:
    """A 200 that holds the error; chat in v2.4 drops it, and what is left is an empty answer."""
    said = () if shape.is_v2 and is_chat else (refusal.event(shape),)
    return stream(*said, *((_done(shape),) if done else ()), content_type=EVENT_STREAM)


def tokens(text: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = []
    at = 0
    for number, word in enumerate(text.split()):
        at = text.index(word, at)
        listed.append({"id": 10 + number, "text": word, "start": at, "stop": at + len(word)})
        at += len(word)
    return listed


def chat_stream(given: Reply, shape: Shape, asked: dict[str, Any]) -> Behaviour:
    options: dict[str, Any] = asked.get("stream_options") or {}
    usage = _usage(given) if given.usage and options.get("include_usage") else None
    deltas = _tool_deltas(given, shape) or [_text_delta(text) for text in given.texts]
    events = [shape.event(_chunk(shape, delta)) for delta in deltas]
    if given.finish is None:
        return stream(
            *events, *(() if shape.is_v2 else (FAILURE.event(shape),)), _done(shape), content_type=EVENT_STREAM
        )
    last = _chunk(shape, _text_delta(""), "length" if given.finish == "length" else "stop")
    if usage and shape.is_v2:
        last["usage"] = usage
    events.append(shape.event(last))
    if usage and not shape.is_v2:
        no_choices: list[object] = []
        events.append(shape.event(shape.head("chat.completion.chunk") | {"choices": no_choices, "usage": usage}))
    return stream(*events, _done(shape), content_type=EVENT_STREAM)


def chat_whole(given: Reply, shape: Shape) -> Behaviour:
    if given.finish is None:
        return FAILURE.behaviour()
    message: dict[str, object] = {"role": "assistant", "content": given.text}
    if given.calls:
        call = given.calls[0]
        arguments: object = dict(call.arguments) if shape.is_v2 else json.dumps(call.arguments)
        function = {"description": None, "name": call.name, "arguments": arguments}
        message = {"role": "assistant", "tool_calls": [{"id": "0", "type": "function", "function": function}]}
    reason = "length" if given.finish == "length" else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return json_reply(shape.head("chat.completion") | {"choices": [choice], "usage": _usage(given)})


def text_stream(given: Reply, shape: Shape) -> Behaviour:
    """Usage rides on the last event; until then the finish reason is an empty string."""
    chunks = [shape.head("text_completion") | {"choices": [_text_choice(text, "")]} for text in given.texts]
    events = [shape.event(chunk) for chunk in chunks]
    if given.finish is None:
        return stream(*events, FAILURE.event(shape), _done(shape), content_type=EVENT_STREAM)
    choice = _text_choice("", REASONS[given.finish])
    last = shape.head("text_completion") | {"choices": [choice], "usage": _usage(given)}
    return stream(*events, shape.event(last), _done(shape), content_type=EVENT_STREAM)


def text_whole(given: Reply, shape: Shape) -> Behaviour:
    if given.finish is None:
        return FAILURE.behaviour()
    choice = _text_choice(given.text, "length" if given.finish == "length" else "stop")
    return json_reply(shape.head("text_completion") | {"choices": [choice], "usage": _usage(given)})


def generated_whole(given: Reply, asked: dict[str, Any]) -> Behaviour:
    if given.finish is None:
        return FAILURE.behaviour()
    parameters: dict[str, Any] = asked.get("parameters") or {}
    details = _details(given) | {"prefill": [], "tokens": [_token(number, text) for number, text in _numbered(given)]}
    body: dict[str, object] = {"generated_text": given.text}
    return json_reply(body | {"details": details} if parameters.get("details", True) else body)


def generated_stream(given: Reply, version: str) -> Behaviour:
    """The native stream: the last event has the whole text and the details, and no `[DONE]` follows."""
    shape = Shape(version, given.model.name)
    events: list[bytes] = []
    for number, text in _numbered(given):
        is_last = given.finish is not None and number == len(given.texts)
        details = _details(given) | {"input_length": given.prompt_tokens} if is_last else None
        whole = given.text if is_last else None
        token = {"index": number, "token": _token(number, text), "generated_text": whole, "details": details}
        events.append(shape.event(token))
    ending = () if given.finish else (FAILURE.event(shape),)
    return stream(*events, *ending, content_type=EVENT_STREAM)


def _event(data: object, version: str) -> bytes:
    """v2 was built on an axum that puts no space after the colon."""
    separator = b"data:" if version.startswith("2.") else b"data: "
    return separator + json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def _done(shape: Shape) -> bytes:
    return b"data:[DONE]\n\n" if shape.is_v2 else DONE


def _chunk(shape: Shape, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return shape.head("chat.completion.chunk") | {"choices": [choice]}


def _text_delta(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def _tool_deltas(given: Reply, shape: Shape) -> list[dict[str, Any]]:
    """One call at most. v2 streams the grammar's raw JSON as arguments: the name is inside, under `_name`."""
    if not given.calls:
        return []
    call = given.calls[0]
    if shape.is_v2:
        raw = json.dumps({"function": {"_name": call.name, **call.arguments}})
        functions: list[dict[str, Any]] = [{"name": None, "arguments": part} for part in pieces(raw)]
        calls: list[Any] = [{"index": 0, "id": "", "type": "function", "function": each} for each in functions]
    else:
        functions = [{"name": None, "arguments": part} for part in fragments(call)]
        functions[0]["name"] = call.name
        calls = [[{"index": 0, "id": "0", "type": "function", "function": each}] for each in functions]
    return [{"role": "assistant", "tool_calls": each} for each in calls]


def _text_choice(text: str, reason: str) -> dict[str, Any]:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}


def _usage(given: Reply) -> dict[str, int]:
    return {
        "prompt_tokens": given.prompt_tokens,
        "completion_tokens": given.completion_tokens,
        "total_tokens": given.total_tokens,
    }


def _details(given: Reply) -> dict[str, Any]:
    reason = REASONS[given.finish or "stop"]
    return {"finish_reason": reason, "generated_tokens": given.completion_tokens, "seed": None}


def _numbered(given: Reply) -> list[tuple[int, str]]:
    return list(enumerate(given.texts, start=1))


def _token(number: int, text: str) -> dict[str, object]:
    return {"id": 100 + number, "text": text, "logprob": -0.5, "special": False}

"""The shapes of Ollama's answers: its own lines of JSON, and the events below `/v1`."""

import json
from typing import Any

from tests.fakes.answers import DONE, event
from tests.fakes.behaviours import json_reply, stream
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel
from tests.fakes.kinds.reply import Reply
from tests.fakes.wire import Behaviour, Body, Head, Request

NDJSON = "application/x-ndjson"
EVENT_STREAM = "text/event-stream"
WHEN = "2026-05-01T10:00:01Z"
CREATED = 1700000200
SIZE = 4_700_000_000
FAILURE = "an error was encountered while running the model"
V1_TYPES = {404: "not_found_error", 400: "invalid_request_error"}


def capabilities(model: FakeModel) -> list[str]:
    able = {"tools": model.tools, "insert": model.fim, "vision": model.images, "thinking": model.thinking}
    return ["completion", *(name for name, can in able.items() if can)]


def tag(model: FakeModel, *, with_capabilities: bool) -> dict[str, object]:
    start: dict[str, object] = {"name": model.name, "model": model.name, "modified_at": WHEN}
    if model.remote_host:
        no_details: dict[str, object] = {}
        return start | _remote(model) | {"size": 400, "digest": "cd34", "details": no_details}
    details = {"parent_model": "", "families": ["qwen2"]} | _details()
    able: dict[str, object] = {"capabilities": capabilities(model)} if with_capabilities else {}
    return start | {"size": SIZE, "digest": "ab12", "details": details} | able


def running(model: FakeModel, context_length: int) -> dict[str, object]:
    return {
        "name": model.name,
        "model": model.name,
        "size": SIZE,
        "digest": "ab12",
        "details": _details(),
        "expires_at": "2026-05-01T10:05:00Z",
        "size_vram": SIZE,
        "context_length": context_length,
    }


def shown(model: FakeModel) -> dict[str, object]:
    """A model without a chat template has one that passes the prompt on."""
    tools = "{{ if .Tools }}{{ .Tools }}{{ end }}" if model.tools else ""
    template = f"{tools}{{{{ range .Messages }}}}{{{{ .Role }}}}: {{{{ .Content }}}}{{{{ end }}}}"
    return {
        "template": template if model.chat else "{{ .Prompt }}",
        "parameters": 'stop "<end>"',
        "details": _details(),
        "model_info": {
            "general.architecture": "qwen2",
            "qwen2.context_length": model.max_context_length,
            "tokenizer.ggml.model": "gpt2",
        },
        "capabilities": capabilities(model),
        "modified_at": WHEN,
        **_remote(model),
    }


def loaded(model: FakeModel, field: str, reason: str) -> Behaviour:
    said: object = {"role": "assistant", "content": ""} if field == "message" else ""
    return json_reply(_start(model) | {field: said, "done": True, "done_reason": reason})


def chat_stream(given: Reply) -> Behaviour:
    messages: list[dict[str, Any]] = [{"content": "", "thinking": text} for text in given.thinking]
    messages += [{"content": text} for text in given.texts]
    messages += [{"content": "", "tool_calls": [call]} for call in _tool_calls(given)]
    lines = [_start(given.model) | {"message": _said(message), "done": False} for message in messages]
    return _lines(lines, given, _start(given.model) | {"message": _said({"content": ""})} | _end(given))


def chat_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_reply({"error": FAILURE}, status=500)
    message = _said({"content": given.text})
    if given.thinking:
        message["thinking"] = "".join(given.thinking)
    if given.calls:
        message["tool_calls"] = _tool_calls(given)
    return json_reply(_start(given.model) | {"message": message} | _end(given))


def generate_stream(given: Reply) -> Behaviour:
    lines = [_start(given.model) | {"response": text, "done": False} for text in given.texts]
    return _lines(lines, given, _start(given.model) | {"response": ""} | _end(given))


def generate_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_reply({"error": FAILURE}, status=500)
    return json_reply(_start(given.model) | {"response": given.text} | _end(given))


def v1_model(model: FakeModel) -> dict[str, object]:
    owner = model.name.partition("/")[0] if "/" in model.name else "library"
    return {"id": model.name, "object": "model", "created": CREATED, "owned_by": owner}


def as_v1(refusal: Behaviour, request: Request) -> Behaviour:
    """The same refusal as the API below `/v1` words it; what is no JSON stays as it is."""
    taken = list(refusal(request))
    head = next((step for step in taken if isinstance(step, Head)), None)
    if head is None:
        return lambda _request: taken
    said = json.loads(b"".join(step.data for step in taken if isinstance(step, Body)))["error"]
    return json_reply(openai.error(said, V1_TYPES.get(head.status, "api_error")), status=head.status)


def v1_stream(given: Reply, asked: dict[str, Any]) -> Behaviour:
    """An error is not said: an empty delta, and the end without a finish reason or `[DONE]`."""
    deltas: list[dict[str, Any]] = [{"content": "", "reasoning": text} for text in given.thinking]
    deltas += [{"content": text} for text in given.texts]
    for index, call in enumerate(openai.tool_calls(given)):
        deltas.append({"content": "", "tool_calls": [{"index": index, **call}]})
    if deltas:
        deltas[0] = {"role": "assistant", **deltas[0]}
    chunks = [_chunk(given, delta) for delta in deltas]
    if given.finish is None:
        return stream(*map(event, [*chunks, _chunk(given, {"content": ""}) | {"model": ""}]), content_type=EVENT_STREAM)
    chunks.append(_chunk(given, {}, given.finish))
    if openai.wants_usage(asked) and given.usage:
        no_choices: list[object] = []
        chunks.append(_head(given, "chat.completion.chunk") | {"choices": no_choices, "usage": openai.usage(given)})
    return stream(*map(event, chunks), DONE, content_type=EVENT_STREAM)


def v1_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_reply(openai.error(FAILURE, "api_error"), status=500)
    return json_reply(openai.body(given, _head(given, "chat.completion"), reasoning="reasoning"))


def v1_text_stream(given: Reply, asked: dict[str, Any]) -> Behaviour:
    chunks = [_text(given, text, None) for text in given.texts]
    if given.finish is None:
        return stream(*map(event, chunks), content_type=EVENT_STREAM)
    chunks.append(_text(given, "", given.finish))
    if openai.wants_usage(asked) and given.usage:
        no_choices: list[object] = []
        chunks.append(_head(given, "text_completion") | {"choices": no_choices, "usage": openai.usage(given)})
    return stream(*map(event, chunks), DONE, content_type=EVENT_STREAM)


def v1_text_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_reply(openai.error(FAILURE, "api_error"), status=500)
    return json_reply(_text(given, given.text, given.finish) | {"usage": openai.usage(given)})


def _details() -> dict[str, object]:
    return {"format": "gguf", "family": "qwen2", "parameter_size": "7.6B", "quantization_level": "Q4_K_M"}


def _remote(model: FakeModel) -> dict[str, object]:
    host = model.remote_host
    return {"remote_model": model.name.partition(":")[0], "remote_host": host} if host else {}


def _start(model: FakeModel) -> dict[str, Any]:
    return {"model": model.name, "created_at": WHEN, **_remote(model)}


def _said(message: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", **message}


def _end(given: Reply) -> dict[str, Any]:
    """A call does not show in the reason; durations are in nanoseconds."""
    reason = "length" if given.finish == "length" else "stop"
    counts = {"prompt_eval_count": given.prompt_tokens, "eval_count": given.completion_tokens}
    spent = {"total_duration": 900, "load_duration": 100, "prompt_eval_duration": 200, "eval_duration": 300}
    return {"done": True, "done_reason": reason} | (spent | counts if given.usage else {})


def _tool_calls(given: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{index}b12cd34",
            "function": {"index": index, "name": call.name, "arguments": dict(call.arguments)},
        }
        for index, call in enumerate(given.calls)
    ]


def _lines(lines: list[dict[str, Any]], given: Reply, last: dict[str, Any]) -> Behaviour:
    ending = last if given.finish else {"error": FAILURE}
    sent = [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in (*lines, ending)]
    return stream(*sent, content_type=NDJSON)


def _head(given: Reply, kind: str) -> dict[str, Any]:
    named = {"model": given.model.name, "system_fingerprint": "fp_ollama"}
    return {"id": "chatcmpl-7", "object": kind, "created": CREATED} | named


def _chunk(given: Reply, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return _head(given, "chat.completion.chunk") | {"choices": [choice]}


def _text(given: Reply, text: str, reason: str | None) -> dict[str, Any]:
    return _head(given, "text_completion") | {"choices": [{"text": text, "index": 0, "finish_reason": reason}]}

"""The shapes of llama.cpp's answers, as recorded."""

import json
from typing import Any

from tests.fakes.answers import DONE, event
from tests.fakes.behaviours import reply, stream
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel, ToolCall
from tests.fakes.kinds.reply import Reply, fragments
from tests.fakes.recorded import recorded
from tests.fakes.wire import Behaviour

EVENT_STREAM = "text/event-stream"
CREATED = 1795439402
ID = "chatcmpl-7dMVC3NxjJlbtPyr91T5pQnDy2oskHz4"
FAILURE: dict[str, object] = {"code": 500, "message": "Compute error.", "type": "server_error"}


def json_utf8(value: object, status: int = 200) -> Behaviour:
    return reply(status, json.dumps(value).encode(), content_type="application/json; charset=utf-8")


def refusal(status: int, message: str, kind: str, extras: dict[str, int] | None = None) -> Behaviour:
    return json_utf8({"error": {"code": status, "message": message, "type": kind} | (extras or {})}, status)


def models(model: FakeModel) -> dict[str, Any]:
    listed = recorded("llamacpp/v1_models.json").json
    listed["models"][0] |= {"name": model.name, "model": model.name}
    listed["models"][0]["capabilities"] = ["completion", "multimodal"] if model.images else ["completion"]
    listed["data"][0] |= {"id": model.name, "aliases": [model.name]}
    listed["data"][0]["architecture"]["input_modalities"] = ["text", "image"] if model.images else ["text"]
    listed["data"][0]["meta"] |= {"n_ctx": model.context_length, "n_ctx_train": model.max_context_length}
    return listed


def chat_stream(given: Reply, asked: dict[str, Any]) -> Behaviour:
    opening: list[dict[str, Any]] = [_chunk(given, {"role": "assistant", "content": None})]
    if asked.get("return_progress"):
        opening += [opening[0] | {"prompt_progress": _progress(given, done)} for done in (0, given.prompt_tokens)]
    chunks = opening + [_chunk(given, delta) for delta in _deltas(given)]
    if given.finish is None:
        return _broken(chunks)
    last = _chunk(given, {}, given.finish)
    if openai.wants_usage(asked) and given.usage:
        no_choices: list[object] = []
        chunks += [last, last | {"choices": no_choices, "usage": _usage(given), "timings": _timings(given)}]
    else:
        chunks.append(last | {"timings": _timings(given)})
    return stream(*map(event, chunks), DONE, content_type=EVENT_STREAM)


def chat_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_utf8({"error": FAILURE}, 500)
    message: dict[str, object] = {"role": "assistant", "content": given.text}
    if given.thinking:
        message["reasoning_content"] = "".join(given.thinking)
    if given.calls:
        message["tool_calls"] = [
            {"type": "function", "function": _function(call), "id": _id(index)}
            for index, call in enumerate(given.calls)
        ]
    choice = {"finish_reason": given.finish, "index": 0, "message": message}
    return json_utf8(_head(given, "chat.completion") | {"choices": [choice], **_counts(given)})


def text_stream(given: Reply) -> Behaviour:
    chunks = [_text(given, text, None) for text in given.texts]
    if given.finish is None:
        return _broken(chunks)
    last = _text(given, "", given.finish) | _counts(given)
    return stream(*map(event, [*chunks, last]), DONE, content_type=EVENT_STREAM)


def text_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_utf8({"error": FAILURE}, 500)
    return json_utf8(_text(given, given.text, given.finish) | _counts(given))


def infill_whole(given: Reply) -> Behaviour:
    return json_utf8(_infilled(given, given.text, "llamacpp/infill_200.json"))


def infill_stream(given: Reply) -> Behaviour:
    """The native stream: its last event has `stop`, and no `[DONE]` follows."""
    listed: list[dict[str, Any]] = [
        {
            "index": 0,
            "content": text,
            "tokens": [100 + number],
            "stop": False,
            "id_slot": -1,
            "tokens_predicted": number,
            "tokens_evaluated": given.prompt_tokens,
        }
        for number, text in enumerate(given.texts, start=1)
    ]
    if given.finish is None:
        return _broken(listed)
    return stream(*map(event, [*listed, _infilled(given, "", "llamacpp/infill_200.json")]), content_type=EVENT_STREAM)


def _infilled(given: Reply, text: str, name: str) -> dict[str, Any]:
    counts = {"tokens_predicted": given.completion_tokens, "tokens_evaluated": given.prompt_tokens}
    ended = {"stop_type": "limit" if given.finish == "length" else "eos", "timings": _timings(given)}
    return recorded(name).json | {"content": text, "model": given.model.name} | counts | ended


def _broken(chunks: list[dict[str, Any]]) -> Behaviour:
    """An error in a stream, after which nothing comes."""
    return stream(*map(event, chunks), event({"error": FAILURE}), content_type=EVENT_STREAM)


def _deltas(given: Reply) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [{"reasoning_content": text} for text in given.thinking]
    listed += [{"content": text} for text in given.texts]
    for index, call in enumerate(given.calls):
        first, *rest = fragments(call)
        function = {"name": call.name, "arguments": first}
        opened = {"index": index, "id": _id(index), "type": "function", "function": function}
        listed.append({"tool_calls": [opened]})
        listed += [{"tool_calls": [{"index": index, "function": {"arguments": part}}]} for part in rest]
    return listed


def _function(call: ToolCall) -> dict[str, str]:
    return {"name": call.name, "arguments": "".join(fragments(call))}


def _id(index: int) -> str:
    return f"{index}IQEavxnSAV7KWqW1RTdqNsize3Aqsnt"


def _head(given: Reply, kind: str) -> dict[str, Any]:
    named = {"model": given.model.name, "system_fingerprint": "b0-unknown"}
    return {"created": CREATED, "id": ID, "object": kind} | named


def _chunk(given: Reply, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"finish_reason": reason, "index": 0, "delta": delta}
    return _head(given, "chat.completion.chunk") | {"choices": [choice]}


def _text(given: Reply, text: str, reason: str | None) -> dict[str, Any]:
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": reason}
    return _head(given, "text_completion") | {"choices": [choice]}


def _counts(given: Reply) -> dict[str, Any]:
    counted = {"usage": _usage(given)} if given.usage else {}
    return counted | {"timings": _timings(given)}


def _usage(given: Reply) -> dict[str, Any]:
    return openai.usage(given) | {"prompt_tokens_details": {"cached_tokens": 0}}


def _progress(given: Reply, processed: int) -> dict[str, int]:
    return {"total": given.prompt_tokens, "cache": 0, "processed": processed, "time_ms": processed}


def _timings(given: Reply) -> dict[str, Any]:
    spent = {"ms": 8.333, "per_token_ms": 8.333, "per_second": 120.5}
    counts = {"cache_n": 0, "prompt_n": given.prompt_tokens, "predicted_n": given.completion_tokens}
    return counts | {f"{phase}_{name}": value for phase in ("prompt", "predicted") for name, value in spent.items()}

"""What a healthy vLLM 0.32 answers, built in the shape that was recorded."""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

from tests.fakes.behaviours import json_reply, stream
from tests.fakes.wire import Behaviour, Request, Step

MODEL = "acme/smol"
CONTEXT_LENGTH = 4096
TEXTS = ("Hello", " from", " the", " fake", " backend", ".")
FINGERPRINT = "vllm-0.32.0-0cbffdf8"
CREATED = 1795439699

DONE = b"data: [DONE]\n\n"


def event(data: object) -> bytes:
    """One server-sent event with `data` as JSON."""
    return b"data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def models(*names: str, context_length: int = CONTEXT_LENGTH) -> Behaviour:
    """The answer to `GET /v1/models`."""
    return json_reply({"object": "list", "data": [listed_model(name, context_length) for name in names or (MODEL,)]})


def chat(
    texts: tuple[str, ...] = TEXTS,
    *,
    model: str = MODEL,
    thinking: tuple[str, ...] = (),
    finish_reason: str = "stop",
) -> Behaviour:
    """The answer to `POST /v1/chat/completions`, one event a text; it keeps to `max_tokens`, and knows one model."""

    def answer(request: Request) -> Iterable[Step]:
        asked = request.json
        if asked.get("model", model) != model:
            return unknown_model(asked["model"], model)(request)
        limit: int | None = asked.get("max_tokens") or asked.get("max_completion_tokens")
        kept = texts if limit is None else texts[:limit]
        reason = finish_reason if kept == texts else "length"
        usage = token_usage(count_messages(asked["messages"]), len(kept) + len(thinking))
        if not asked.get("stream"):
            return json_reply(completion_body("".join(kept), model, reason, usage))(request)
        options: dict[str, Any] = asked.get("stream_options") or {}
        sent_usage = usage if options.get("include_usage") else None
        events = chat_events(kept, model=model, thinking=thinking, finish_reason=reason, usage=sent_usage)
        return stream(*events, DONE)(request)

    return answer


def chat_events(
    texts: Iterable[str],
    *,
    model: str = MODEL,
    thinking: Iterable[str] = (),
    finish_reason: str | None = "stop",
    usage: dict[str, Any] | None = None,
) -> list[bytes]:
    """The events of a streamed answer but for `[DONE]`; without a finish reason or usage where that is None."""
    deltas = chain(({"reasoning": text} for text in thinking), ({"content": text} for text in texts))
    first = chunk({"role": "assistant", "content": ""}, model=model)
    del first["choices"][0]["token_ids"]
    events = [first | {"prompt_token_ids": None, "prompt_text": None}]
    events += [chunk(delta, model=model) for delta in deltas]
    if finish_reason is not None:
        last = chunk({"content": ""}, model=model)
        last["choices"][0] |= {"finish_reason": finish_reason, "stop_reason": None}
        events.append(last)
    if usage is not None:
        no_choices: list[object] = []
        events.append(_head("chat.completion.chunk", model) | {"choices": no_choices, "usage": usage})
    if len(events) > 1:
        events[-1]["system_fingerprint"] = FINGERPRINT
    return [event(data) for data in events]


def chunk(delta: dict[str, Any], *, model: str = MODEL) -> dict[str, Any]:
    """One chunk of a streamed answer that is not its last."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None, "token_ids": None}
    return _head("chat.completion.chunk", model) | {"choices": [choice]}


def tokenize(*, context_length: int = CONTEXT_LENGTH) -> Behaviour:
    """The answer to `POST /tokenize`: one token a word, and the same count for messages as in `usage`."""

    def answer(request: Request) -> Iterable[Step]:
        asked = request.json
        count = count_messages(asked["messages"]) if "messages" in asked else len(asked["prompt"].split())
        tokens = list(range(100, 100 + count))
        body = {"count": count, "max_model_len": context_length, "tokens": tokens, "token_strs": None}
        return json_reply(body)(request)

    return answer


def unknown_model(name: str, *known: str) -> Behaviour:
    message = f"The model `{name}` does not exist. Valid aliases: {', '.join(known)}."
    error = {"message": message, "type": "NotFoundError", "param": "model", "code": 404}
    return json_reply({"error": error}, status=404)


def count_messages(messages: list[dict[str, Any]]) -> int:
    """The fake's tokenizer: a word is a token, and a message costs four more."""
    return sum(4 + len(json.dumps(message.get("content") or "").split()) for message in messages)


def listed_model(name: str, context_length: int) -> dict[str, object]:
    permission = {
        "id": "modelperm-94960f6229b2aaa8",
        "object": "model_permission",
        "created": CREATED,
        "allow_create_engine": False,
        "allow_sampling": True,
        "allow_logprobs": True,
        "allow_search_indices": False,
        "allow_view": True,
        "allow_fine_tuning": False,
        "organization": "*",
        "group": None,
        "is_blocking": False,
    }
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": "vllm",
        "root": f"/models/{name}",
        "parent": None,
        "max_model_len": context_length,
        "permission": [permission],
    }


def _head(kind: str, model: str) -> dict[str, Any]:
    return {"id": "chatcmpl-8eea0f1551b5abb8", "object": kind, "created": CREATED, "model": model}


def token_usage(prompt: int, completion: int) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "total_tokens": prompt + completion, "completion_tokens": completion}


def completion_body(text: str, model: str, finish_reason: str, usage: dict[str, Any]) -> dict[str, Any]:
    absent = dict.fromkeys(("refusal", "annotations", "audio", "function_call", "reasoning"))
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text} | absent,
        "logprobs": None,
        "finish_reason": finish_reason,
        **dict.fromkeys(("stop_reason", "token_ids", "routed_experts")),
    }
    rest = ("prompt_logprobs", "prompt_token_ids", "prompt_text", "kv_transfer_params", "ec_transfer_params", "metrics")
    return {
        **_head("chat.completion", model),
        "choices": [choice],
        "service_tier": None,
        "system_fingerprint": FINGERPRINT,
        "usage": usage | {"prompt_tokens_details": None, "completion_tokens_details": None},
        **dict.fromkeys(rest),
    }

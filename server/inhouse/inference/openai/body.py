"""A prompt as the body of `POST /v1/chat/completions`."""

import json
from collections.abc import Mapping

import orjson

from inhouse.domain.conversation import Message, SamplingOptions, TextPart
from inhouse.domain.prompt import Prompt


def chat_body(prompt: Prompt, extras: Mapping[str, object]) -> bytes:
    """Always streamed: a backend notices a cancelled answer in milliseconds only when it streams (llama.cpp: 25-92 ms
    against seconds)."""
    request = prompt.request
    body: dict[str, object] = {
        "model": prompt.model.id.name,
        "messages": [wire_message(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **_sampling(request.options),
        **extras,
    }
    if prompt.max_tokens is not None:
        body["max_tokens"] = prompt.max_tokens
    return encoded(body)


def encoded(body: Mapping[str, object]) -> bytes:
    """As JSON. Lone surrogates, which file names and editors may hold, become question marks."""
    try:
        return orjson.dumps(body)
    except TypeError:  # a lone surrogate, or an integer of more than 64 bits in a schema
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def wire_message(message: Message) -> dict[str, object]:
    """One message; thinking is never sent back, and several text parts become one text."""
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    return {"role": message.role.value, "content": "\n\n".join(texts)}


def _sampling(options: SamplingOptions) -> dict[str, object]:
    fields: dict[str, object] = {}
    if options.temperature is not None:
        fields["temperature"] = options.temperature
    if options.top_p is not None:
        fields["top_p"] = options.top_p
    if options.stop:
        fields["stop"] = list(options.stop)
    if options.seed is not None:
        fields["seed"] = options.seed
    if options.response_schema is not None:
        schema = {"name": "answer", "schema": options.response_schema}
        fields["response_format"] = {"type": "json_schema", "json_schema": schema}
    return fields

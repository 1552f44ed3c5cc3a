"""A prompt as the body of `POST /v1/chat/completions`."""

from collections.abc import Mapping

from inhouse.domain.conversation import SamplingOptions
from inhouse.domain.prompt import Prompt
from inhouse.inference.openai.dialect import OPENAI, Dialect
from inhouse.inference.openai.messages import encoded, offered, wire_messages, wire_tools


def chat_body(prompt: Prompt, extras: Mapping[str, object], dialect: Dialect = OPENAI) -> bytes:
    """Always streamed: a backend notices a cancelled answer in milliseconds only when it streams (llama.cpp: 25-92 ms
    against seconds)."""
    options = prompt.request.options
    body = {**prompt_fields(prompt, dialect), **STREAMED, **sampling(options, dialect), **extras}
    if options.response_schema is not None:
        schema = {"name": "answer", "schema": options.response_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if prompt.max_tokens is not None:
        body["max_tokens"] = prompt.max_tokens
    return encoded(body)


STREAMED: Mapping[str, object] = {"stream": True, "stream_options": {"include_usage": True}}


def prompt_fields(prompt: Prompt, dialect: Dialect = OPENAI) -> dict[str, object]:
    """The fields that make the tokens of the prompt: what counts them needs these and no more."""
    request = prompt.request
    fields: dict[str, object] = {
        "model": dialect.model_name or prompt.model.id.name,
        "messages": wire_messages(request.messages, dialect),
    }
    if tools := offered(request):
        fields["tools"] = wire_tools(tools)
        if request.tool_choice == "required":  # `auto` is every server's default
            fields["tool_choice"] = "required"
    return fields


def sampling(options: SamplingOptions, dialect: Dialect = OPENAI) -> dict[str, object]:
    """How to choose the tokens, as far as the user says it."""
    fields: dict[str, object] = {}
    if options.temperature is not None:
        fields["temperature"] = options.temperature
    if options.top_p is not None and not (dialect.top_p_below_one and options.top_p >= 1):
        fields["top_p"] = options.top_p
    if options.stop:
        fields["stop"] = list(options.stop[: dialect.most_stops])
    if options.seed is not None:
        fields["seed"] = options.seed
    return fields

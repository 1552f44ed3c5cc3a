"""A prompt as the body of Ollama's own requests. Facts from Ollama 0.24.0, tried, and v0.33.0-rc2, read."""

from collections.abc import Iterable
from dataclasses import replace

from inhouse.domain.conversation import Message, SamplingOptions
from inhouse.domain.models import ASSUMED_CONTEXT_LENGTH, Model
from inhouse.domain.prompt import Prompt
from inhouse.inference.openai.body import RAW_ANSWER_TOKENS
from inhouse.inference.openai.messages import encoded, offered, wire_tools
from inhouse.inference.openai.transcript import STOPS, transcript
from inhouse.inference.turns import Returned, Turn, turns


def chat_body(prompt: Prompt) -> bytes:
    """`truncate` and `shift` are off: what does not fit is refused, and an answer that reaches the end of the context
    ends there with `length` (older versions that do not know `shift` ignore it). `think` is left to the model."""
    request = prompt.request
    body: dict[str, object] = {"model": prompt.model.id.name, "messages": wire_messages(request.messages)}
    if tools := offered(request):
        body["tools"] = wire_tools(tools)
    body |= {"stream": True, "truncate": False, "shift": False}
    if request.options.response_schema is not None:
        body["format"] = request.options.response_schema
    body["options"] = sampling(request.options, prompt.model, prompt.max_tokens)
    return encoded(body)


def generate_body(prompt: Prompt) -> bytes:
    """For `POST /api/generate`: a transcript to go on with, as it is (`raw`), without the model's own template."""
    options = prompt.request.options
    options = replace(options, stop=(*STOPS, *options.stop))
    body = {
        "model": prompt.model.id.name,
        "prompt": transcript(prompt.request.messages),
        "raw": True,
        "stream": True,
        "options": sampling(options, prompt.model, prompt.max_tokens or RAW_ANSWER_TOKENS),
    }
    return encoded(body)


def wire_messages(messages: Iterable[Message]) -> list[dict[str, object]]:
    return [_wire(turn) for turn in turns(messages)]


def _wire(turn: Turn) -> dict[str, object]:
    if isinstance(turn, Returned):
        return {"role": "tool", "content": turn.content, "tool_name": turn.name, "tool_call_id": turn.id}
    fields: dict[str, object] = {"role": turn.role.value, "content": turn.text}
    if turn.images:
        fields["images"] = [image.data for image in turn.images]
    if turn.calls:
        fields["tool_calls"] = [
            {"id": call.id, "function": {"name": call.name, "arguments": call.arguments}} for call in turn.calls
        ]
    return fields


def sampling(options: SamplingOptions, model: Model, max_tokens: int | None) -> dict[str, object]:
    """`num_ctx` is the context length that the model is announced with: as it is loaded, or as the settings want it."""
    asked: dict[str, object] = {
        "num_ctx": model.context_length or ASSUMED_CONTEXT_LENGTH,
        "num_predict": max_tokens,
        "temperature": options.temperature,
        "top_p": options.top_p,
        "stop": list(options.stop) or None,
        "seed": options.seed,
    }
    return {name: value for name, value in asked.items() if value is not None}

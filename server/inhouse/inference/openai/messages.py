"""Messages and tools in the shape of the OpenAI chat API. The same conversation always gives the same bytes."""

import json
from collections.abc import Iterable, Mapping, Sequence

import orjson

from inhouse.domain.conversation import ChatRequest, ImagePart, Message, Role, TextPart, Tool, ToolCallPart
from inhouse.inference.openai.dialect import OPENAI, Dialect
from inhouse.inference.tolerant import as_object
from inhouse.inference.turns import Returned, Spoken, turns


def encoded(value: object) -> bytes:
    """As JSON. Lone surrogates, which file names and editors may hold, become question marks."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, or an integer of more than 64 bits in a schema
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def wire_messages(messages: Sequence[Message], dialect: Dialect = OPENAI) -> list[dict[str, object]]:
    """Thinking is never sent back; a message that holds tool results becomes one message for each, and the rest."""
    if all(map(_is_plain, messages)):
        return [{"role": message.role.value, "content": _text(message)} for message in messages]
    numbers = _numbers(messages) if dialect.numbered_calls else {}
    return [_wire(turn, numbers) for turn in turns(messages)]


def offered(request: ChatRequest) -> tuple[Tool, ...]:
    """The tools that the model is told of. With the choice `none` it is told of none, because some servers ignore the
    choice (Ollama) and others leave what the model then calls as raw text in the answer (vLLM)."""
    return request.tools if request.tool_choice != "none" else ()


def wire_tools(tools: Iterable[Tool]) -> list[dict[str, object]]:
    return [{"type": "function", "function": _function(tool)} for tool in tools]


def _is_plain(message: Message) -> bool:
    """Most conversations are, and are written without further ado."""
    return len(message.parts) == 1 and isinstance(message.parts[0], TextPart) and message.role is not Role.TOOL


def _text(message: Message) -> str:
    part = message.parts[0]
    return part.text if isinstance(part, TextPart) else ""


def _numbers(messages: Iterable[Message]) -> dict[str, str]:
    ids = dict.fromkeys(part.id for message in messages for part in message.parts if isinstance(part, ToolCallPart))
    return {id_: str(number) for number, id_ in enumerate(ids)}


def _wire(turn: Spoken | Returned, numbers: Mapping[str, str]) -> dict[str, object]:
    if isinstance(turn, Returned):
        return {"role": "tool", "tool_call_id": numbers.get(turn.id, turn.id), "content": turn.content}
    fields: dict[str, object] = {"role": turn.role.value, "content": _content(turn)}
    if turn.calls:
        fields["tool_calls"] = [_call(call, numbers) for call in turn.calls]
    return fields


def _content(turn: Spoken) -> object:
    """One text; null where there are calls alone, as OpenAI documents it (DeepSeek's templates look for it)."""
    if turn.images:
        return [_part(part) for part in turn.content]
    return turn.text or (None if turn.calls else "")


def _part(part: TextPart | ImagePart) -> dict[str, object]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": f"data:{part.mime_type};base64,{part.data}"}}


def _call(call: ToolCallPart, numbers: Mapping[str, str]) -> dict[str, object]:
    function = {"name": call.name, "arguments": arguments_text(call.arguments)}
    return {"id": numbers.get(call.id, call.id), "type": "function", "function": function}


def arguments_text(arguments: object) -> str:
    """Always a JSON object: llama.cpp answers 500 to a past call whose arguments are anything else."""
    try:
        return encoded(as_object(arguments)).decode()
    except (TypeError, ValueError, RecursionError):  # no JSON at all
        return "{}"


def _function(tool: Tool) -> dict[str, object]:
    fields: dict[str, object] = {"name": tool.name}
    if tool.description:
        fields["description"] = tool.description
    fields["parameters"] = tool.input_schema or {"type": "object", "properties": {}}
    return fields

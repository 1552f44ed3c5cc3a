"""What each piece of a prompt costs in tokens, roughly: messages with their calls and images, tools, the template."""

import json

import orjson

from inhouse.context.estimate import estimate_tokens
from inhouse.context.images import image_tokens
from inhouse.domain.conversation import ImagePart, Message, Part, TextPart, ThinkingPart, Tool, ToolCallPart

MESSAGE_TOKENS = 5
"""What a chat template puts around a message."""
CALL_TOKENS = 12
"""Around a tool call or a tool's description."""
PROMPT_TOKENS = 24
"""Before and behind the messages: the cue for the answer, and a default system message (Qwen2.5, SmolLM2: about 20)."""
TOOLS_TOKENS = 150
"""What templates say about tools in general (Qwen2.5's: about 120)."""


def estimate_message(message: Message) -> int:
    return MESSAGE_TOKENS + sum(map(_part, message.parts))


def estimate_frame(tools: tuple[Tool, ...]) -> int:
    """What is in the prompt beside the messages."""
    if not tools:
        return PROMPT_TOKENS
    described = sum(CALL_TOKENS + estimate_tokens(tool.name + tool.description) for tool in tools)
    schemas = sum(estimate_tokens(_as_json(tool.input_schema)) for tool in tools)
    return PROMPT_TOKENS + TOOLS_TOKENS + described + schemas


def count_chars(messages: tuple[Message, ...]) -> int:
    """Of the text that is sent."""
    return sum(len(part.text) for message in messages for part in message.parts if isinstance(part, TextPart))


def count_images(messages: tuple[Message, ...]) -> int:
    """Tokens of all images, which a server's tokenizer does not see."""
    parts = (part for message in messages for part in message.parts)
    return sum(image_tokens(part.data) for part in parts if isinstance(part, ImagePart))


def characters(messages: tuple[Message, ...]) -> int:
    """How much work an estimate is."""
    return sum(_length(part) for message in messages for part in message.parts)


def _part(part: Part) -> int:
    match part:
        case TextPart(text):
            return estimate_tokens(text)
        case ThinkingPart():
            return 0  # never sent back
        case ImagePart(data=data):
            return image_tokens(data)
        case ToolCallPart(name=name, arguments=arguments):
            return CALL_TOKENS + estimate_tokens(name) + estimate_tokens(_as_json(arguments))
        case _:
            return CALL_TOKENS + estimate_tokens(part.content)


def _length(part: Part) -> int:
    match part:
        case TextPart(text):
            return len(text)
        case ThinkingPart() | ImagePart():
            return 0
        case ToolCallPart(arguments=arguments):
            return sum(len(value) for value in arguments.values() if isinstance(value, str))
        case _:
            return len(part.content)


def _as_json(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a lone surrogate, or an integer of more than 64 bits
        return json.dumps(value, ensure_ascii=False)

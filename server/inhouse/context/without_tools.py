"""A conversation for a model that cannot call tools: what was called before is told as text."""

import dataclasses
import json

from inhouse.domain.conversation import ChatRequest, Message, Part, Role, TextPart, ToolCallPart, ToolResultPart


def without_tools(request: ChatRequest) -> ChatRequest:
    messages = tuple(_told(message) for message in request.messages)
    return dataclasses.replace(request, messages=messages, tools=(), tool_choice="none")


def _told(message: Message) -> Message:
    role = Role.USER if message.role is Role.TOOL else message.role
    return Message(role, tuple(_as_text(part) for part in message.parts))


def _as_text(part: Part) -> Part:
    match part:
        case ToolCallPart(name=name, arguments=arguments):
            return TextPart(f"(called {name} with {json.dumps(dict(arguments), ensure_ascii=False, default=str)})")
        case ToolResultPart(content=content):
            return TextPart(f"(the tool answered)\n{content}")
        case _:
            return part

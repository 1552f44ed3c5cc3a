"""Redacts what a request is made of: every text of a prompt, of a place to fill in, and of tools."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from inhouse.domain.conversation import (
    ChatRequest,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
)
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.fill import Fill, Snippet
from inhouse.governance.redaction.redactor import Redactor

Json = Mapping[str, object]

DEEPEST = 100
"""Levels of JSON that are looked through: Python's stack has an end, and nothing leaves that was not looked at."""


@dataclass(slots=True)
class Redaction:
    """One pass over a request; `counts` by rule. What has no secret is passed on as it is."""

    redactor: Redactor
    counts: Counter[str] = field(default_factory=Counter[str])

    def chat(self, request: ChatRequest) -> ChatRequest:
        messages = tuple(map(self._message, request.messages))
        tools = tuple(map(self._tool, request.tools))
        schema = request.options.response_schema
        options = request.options
        if schema is not None:
            options = dataclasses.replace(options, response_schema=self._object(schema))
        return dataclasses.replace(request, messages=messages, tools=tools, options=options)

    def fill(self, fill: Fill) -> Fill:
        asked = fill.request
        prefix, suffix = self.redactor.redact_around(asked.prefix, asked.suffix)
        self.counts.update(prefix.counts)
        self.counts.update(suffix.counts)
        snippets = tuple(Snippet(each.name, self.text(each.text)) for each in asked.snippets)
        request = dataclasses.replace(asked, prefix=prefix.text, suffix=suffix.text, snippets=snippets)
        return dataclasses.replace(fill, request=request)

    def text(self, text: str) -> str:
        redacted = self.redactor.redact(text)
        self.counts.update(redacted.counts)
        return redacted.text

    def _message(self, message: Message) -> Message:
        return dataclasses.replace(message, parts=tuple(map(self._part, message.parts)))

    def _part(self, part: Part) -> Part:
        match part:
            case TextPart(text):
                return TextPart(self.text(text))
            case ThinkingPart(text):
                return ThinkingPart(self.text(text))
            case ImagePart():
                return part
            case ToolCallPart():
                return dataclasses.replace(part, arguments=self._object(part.arguments))
            case _:
                return dataclasses.replace(part, content=self.text(part.content))

    def _tool(self, tool: Tool) -> Tool:
        return Tool(tool.name, self.text(tool.description), self._object(tool.input_schema))

    def _object(self, given: Json, depth: int = 0) -> Json:
        return {name: self._value(value, depth + 1, name) for name, value in given.items()}

    def _value(self, value: object, depth: int, name: str = "") -> object:
        if depth > DEEPEST:
            raise InhouseError(
                kind=ErrorKind.INVALID_REQUEST,
                message=f"A tool's arguments or schema are nested deeper than {DEEPEST} levels.",
                hint="Make them flatter.",
            )
        if isinstance(value, str):
            redacted = self.redactor.redact_named(name, value)
            self.counts.update(redacted.counts)
            return redacted.text
        if isinstance(value, Mapping):
            return self._object(cast(Json, value), depth)
        if isinstance(value, list | tuple):
            return [self._value(each, depth + 1, name) for each in cast("list[object]", value)]
        return value

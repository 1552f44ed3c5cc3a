"""Wire params to domain values; the only place where the two meet."""

from typing import assert_never

from inhouse.domain import conversation as domain
from inhouse.lsp import params as wire
from inhouse.lsp.resources import Texts


def chat_request(params: wire.ChatParams, request_id: str, resources: Texts) -> domain.ChatRequest:
    return domain.ChatRequest(
        id=request_id,
        messages=_messages(params.messages, resources),
        model=params.model,
        tools=_tools(params.tools),
        tool_choice=params.tool_choice,
        options=_options(params.options),
        conversation_id=params.conversation_id,
        purpose=params.purpose,
        initiator=params.initiator,
    )


def count_request(params: wire.CountMessagesParams, request_id: str, resources: Texts) -> domain.ChatRequest:
    return domain.ChatRequest(id=request_id, messages=_messages(params.messages, resources), tools=_tools(params.tools))


def _messages(given: list[wire.Message], resources: Texts) -> tuple[domain.Message, ...]:
    return tuple(domain.Message(domain.Role(message.role), _parts(message.content, resources)) for message in given)


def _parts(content: str | list[wire.Part], resources: Texts) -> tuple[domain.Part, ...]:
    if isinstance(content, str):
        return (domain.TextPart(content),)
    return tuple(_part(part, resources) for part in content)


def _part(part: wire.Part, resources: Texts) -> domain.Part:
    match part:
        case wire.TextPart():
            return domain.TextPart(part.text)
        case wire.ThinkingPart():
            return domain.ThinkingPart(part.text)
        case wire.ImagePart():
            return domain.ImagePart(part.mime_type, part.data)
        case wire.ToolCallPart():
            return domain.ToolCallPart(part.id, part.name, part.arguments)
        case wire.ToolResultPart():
            return domain.ToolResultPart(part.id, part.content)
        case wire.ResourcePart():
            return resources[part]
        case _:
            assert_never(part)


def _tools(tools: list[wire.Tool] | None) -> tuple[domain.Tool, ...]:
    return tuple(domain.Tool(tool.name, tool.description, tool.input_schema) for tool in tools or ())


def _options(options: wire.Options | None) -> domain.SamplingOptions:
    if options is None:
        return domain.SamplingOptions()
    stop = (options.stop,) if isinstance(options.stop, str) else tuple(options.stop or ())
    return domain.SamplingOptions(
        temperature=options.temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        stop=stop,
        seed=options.seed,
        response_schema=options.response_schema,
    )

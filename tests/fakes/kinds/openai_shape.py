"""The plain OpenAI shape of answers, which most kinds use with a few fields of their own."""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.answers import DONE, event
from tests.fakes.behaviours import stream
from tests.fakes.kinds.reply import Reply, fragments
from tests.fakes.wire import Behaviour

REASONING = "reasoning_content"


def error(
    message: str, kind: str = "invalid_request_error", *, param: str | None = None, code: str | int | None = None
) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def wants_usage(asked: dict[str, Any]) -> bool:
    options: dict[str, Any] = asked.get("stream_options") or {}
    return bool(options.get("include_usage"))


def usage(given: Reply) -> dict[str, Any]:
    return {
        "prompt_tokens": given.prompt_tokens,
        "completion_tokens": given.completion_tokens,
        "total_tokens": given.total_tokens,
    }


def tool_calls(given: Reply) -> list[dict[str, Any]]:
    """The calls whole, arguments as a string."""
    return [
        {
            "id": f"call_{index}ab12cd34",
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
        }
        for index, call in enumerate(given.calls)
    ]


def deltas(given: Reply, *, reasoning: str = REASONING) -> list[dict[str, Any]]:
    """Of a whole answer, the first one with the role; a call's id and name come once, its arguments in pieces."""
    listed: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    listed += [{reasoning: text} for text in given.thinking]
    listed += [{"content": text} for text in given.texts]
    for index, call in enumerate(tool_calls(given)):
        opened = call | {"index": index, "function": call["function"] | {"arguments": ""}}
        listed.append({"tool_calls": [opened]})
        parts = fragments(given.calls[index])
        listed += [{"tool_calls": [{"index": index, "function": {"arguments": part}}]} for part in parts]
    return listed


def chunks(
    given: Reply, head: Mapping[str, object], *, include_usage: bool, reasoning: str = REASONING
) -> list[dict[str, Any]]:
    """The chunks of a streamed chat, of which the one with the finish reason has an empty delta."""
    start = {"object": "chat.completion.chunk", **head}
    listed: list[dict[str, Any]] = [
        start | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas(given, reasoning=reasoning)
    ]
    if given.finish:
        no_delta: dict[str, object] = {}
        listed.append(start | {"choices": [{"index": 0, "delta": no_delta, "finish_reason": given.finish}]})
        if include_usage and given.usage:
            no_choices: list[object] = []
            listed.append(start | {"choices": no_choices, "usage": usage(given)})
    return listed


def text_chunks(given: Reply, head: Mapping[str, object], *, include_usage: bool) -> list[dict[str, Any]]:
    """The chunks of a streamed completion."""
    start = {"object": "text_completion", **head}
    listed: list[dict[str, Any]] = [
        start | {"choices": [{"index": 0, "text": text, "finish_reason": None}]} for text in given.texts
    ]
    if given.finish:
        listed.append(start | {"choices": [{"index": 0, "text": "", "finish_reason": given.finish}]})
        if include_usage and given.usage:
            no_choices: list[object] = []
            listed.append(start | {"choices": no_choices, "usage": usage(given)})
    return listed


def streamed(listed: list[dict[str, Any]], given: Reply, failure: object) -> Behaviour:
    """The chunks, `failure` where the answer breaks off, and `[DONE]`."""
    ending = [] if given.finish else [event(failure)]
    return stream(*map(event, listed), *ending, DONE)


def body(given: Reply, head: Mapping[str, object], *, reasoning: str = REASONING) -> dict[str, Any]:
    """The answer that was not streamed."""
    message: dict[str, object] = {"role": "assistant", "content": given.text}
    if given.thinking:
        message[reasoning] = "".join(given.thinking)
    if given.calls:
        message |= {"content": None, "tool_calls": tool_calls(given)}
    choice = {"index": 0, "message": message, "finish_reason": given.finish}
    counted = {"usage": usage(given)} if given.usage else {}
    return {"object": "chat.completion", **head, "choices": [choice], **counted}

"""What is sent is what was asked: no field that was not set, always streamed, always valid JSON."""

import json
from typing import Any

import pytest

from inhouse.domain.conversation import (
    ChatRequest,
    Message,
    Role,
    SamplingOptions,
    TextPart,
    ThinkingPart,
    Tool,
)
from inhouse.domain.models import ContextSource, Model, ModelId, TokenLimits
from inhouse.domain.prompt import Prompt
from inhouse.inference.openai.body import chat_body

MODEL = Model(ModelId("lab", "acme/smol"), 1024, ContextSource.SERVER, TokenLimits(768, 256), local=True)
HELLO = (Message(Role.USER, (TextPart("Hi"),)),)
ALWAYS = {
    "model": "acme/smol",
    "messages": [{"role": "user", "content": "Hi"}],
    "stream": True,
    "stream_options": {"include_usage": True},
}


def body(
    messages: tuple[Message, ...] = HELLO,
    options: SamplingOptions | None = None,
    max_tokens: int | None = None,
    tools: tuple[Tool, ...] = (),
    **extras: object,
) -> dict[str, Any]:
    request = ChatRequest("r1", messages, tools=tools, options=options or SamplingOptions())
    return json.loads(chat_body(Prompt(request, MODEL, max_tokens), extras))


def test_nothing_is_said_that_was_not_asked() -> None:
    assert body() == ALWAYS


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        (SamplingOptions(temperature=0), {"temperature": 0}),
        (SamplingOptions(top_p=0.5), {"top_p": 0.5}),
        (SamplingOptions(stop=("a", "b")), {"stop": ["a", "b"]}),
        (SamplingOptions(seed=0), {"seed": 0}),
        (SamplingOptions(max_tokens=9), {}),
        (
            SamplingOptions(response_schema={"type": "object"}),
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": {"type": "object"}},
                }
            },
        ),
    ],
    ids=str,
)
def test_options(options: SamplingOptions, fields: dict[str, object]) -> None:
    assert body(options=options) == ALWAYS | fields


def test_the_bound_of_the_prompt_and_the_extras_of_the_server() -> None:
    assert body(max_tokens=7, return_progress=True) == ALWAYS | {"max_tokens": 7, "return_progress": True}


def test_messages_keep_their_order_and_lose_their_thinking() -> None:
    said = (
        Message(Role.SYSTEM, (TextPart("Be brief."),)),
        Message(Role.USER, (TextPart("a"), TextPart("b"))),
        Message(Role.ASSISTANT, (ThinkingPart("hm"), TextPart("c"))),
        Message(Role.USER, ()),
    )
    sent = [(message["role"], message["content"]) for message in body(said)["messages"]]
    assert sent == [("system", "Be brief."), ("user", "a\n\nb"), ("assistant", "c"), ("user", "")]


@pytest.mark.parametrize(
    ("text", "sent"), [("a\ud83db", "a?b"), ("\0\u2028é😀", "\0\u2028é😀"), ('"\\', '"\\')], ids=ascii
)
def test_any_text_becomes_valid_json(text: str, sent: str) -> None:
    assert body((Message(Role.USER, (TextPart(text),)),))["messages"][0]["content"] == sent


def test_a_schema_may_hold_large_numbers() -> None:
    options = SamplingOptions(response_schema={"maximum": 2**70})
    assert body(options=options)["response_format"]["json_schema"]["schema"] == {"maximum": 2**70}

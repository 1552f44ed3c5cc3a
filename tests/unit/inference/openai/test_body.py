"""What is sent is what was asked: no field that was not set, always streamed, always valid JSON."""

import json
from typing import Any, Literal, cast

import pytest

from inhouse.domain.conversation import (
    ChatRequest,
    ImagePart,
    Message,
    Role,
    SamplingOptions,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import ContextSource, Model, ModelId, TokenLimits
from inhouse.domain.prompt import Prompt
from inhouse.inference.openai.body import chat_body
from inhouse.inference.openai.dialect import OPENAI, TGI, Dialect

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


READ = Tool("read_file", "Reads.", {"type": "object", "properties": {"path": {"type": "string"}}})
CALL = ToolCallPart("call_1", "read_file", {"path": "a.py"})


def sent(*messages: Message, dialect: Dialect = OPENAI) -> list[dict[str, Any]]:
    request = ChatRequest("r1", messages)
    return json.loads(chat_body(Prompt(request, MODEL), {}, dialect))["messages"]


def wire_call(id_: str, arguments: str = '{"path":"a.py"}') -> dict[str, object]:
    return {"id": id_, "type": "function", "function": {"name": "read_file", "arguments": arguments}}


def test_tools_go_in_their_order_and_in_the_shape_of_functions() -> None:
    bare = Tool("now", "", {})
    found = body(tools=(READ, bare))
    function = {"name": "read_file", "description": "Reads.", "parameters": READ.input_schema}
    anything: dict[str, object] = {"type": "object", "properties": {}}
    assert found["tools"] == [
        {"type": "function", "function": function},
        {"type": "function", "function": {"name": "now", "parameters": anything}},
    ]
    assert "tool_choice" not in found


@pytest.mark.parametrize(("choice", "keys"), [("required", ["tool_choice", "tools"]), ("none", [])])
def test_tool_choice(choice: Literal["required", "none"], keys: list[str]) -> None:
    request = ChatRequest("r1", HELLO, tools=(READ,), tool_choice=choice)
    found = json.loads(chat_body(Prompt(request, MODEL), {}))
    assert sorted(found.keys() - ALWAYS.keys()) == keys
    assert found.get("tool_choice", "required") == "required"


def test_calls_and_results_in_the_history() -> None:
    assert sent(
        Message(Role.ASSISTANT, (ThinkingPart("hm"), TextPart("Look:"), CALL)),
        Message(Role.TOOL, (ToolResultPart("call_1", "ok"),)),
        Message(Role.ASSISTANT, (CALL,)),
        Message(Role.USER, (ToolResultPart("call_1", "a"), ToolResultPart("call_2", "b"), TextPart("Go on."))),
    ) == [
        {"role": "assistant", "content": "Look:", "tool_calls": [wire_call("call_1")]},
        {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
        {"role": "assistant", "content": None, "tool_calls": [wire_call("call_1")]},
        {"role": "tool", "tool_call_id": "call_1", "content": "a"},
        {"role": "tool", "tool_call_id": "call_2", "content": "b"},
        {"role": "user", "content": "Go on."},
    ]


def test_a_tools_text_without_a_call_is_said_by_the_user() -> None:
    assert sent(Message(Role.TOOL, (TextPart("ok"),))) == [{"role": "user", "content": "ok"}]


def test_tgi_gets_the_numbers_back_that_it_calls_its_tools_by() -> None:
    other = ToolCallPart("call_x", "read_file", {})
    found = sent(
        Message(Role.ASSISTANT, (other, CALL)), Message(Role.TOOL, (ToolResultPart("call_1", "ok"),)), dialect=TGI
    )
    assert [call["id"] for call in found[0]["tool_calls"]] == ["0", "1"]
    assert found[1]["tool_call_id"] == "1"


@pytest.mark.parametrize("broken", [[1], "{b", None, {"a": {1, 2}}, {"a": {}, 7: object()}], ids=str)
def test_a_past_call_that_is_no_json_object_is_repaired(broken: object) -> None:
    (message,) = sent(Message(Role.ASSISTANT, (ToolCallPart("c", "read_file", cast(Any, broken)),)))
    assert message["tool_calls"] == [wire_call("c", "{}")]


def test_images_travel_as_data_between_their_texts() -> None:
    (message,) = sent(Message(Role.USER, (TextPart("a"), ImagePart("image/png", "AAAA"), TextPart("b"))))
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert message["content"] == [{"type": "text", "text": "a"}, image, {"type": "text", "text": "b"}]


@pytest.mark.parametrize("mime_type", ["", "text/html", "image/png;x=1,", "image/", "http://x/image/png"])
def test_what_is_no_image_is_refused(mime_type: str) -> None:
    with pytest.raises(InhouseError) as caught:
        sent(Message(Role.USER, (ImagePart(mime_type, "AAAA"),)))
    assert caught.value.kind is ErrorKind.INVALID_REQUEST


@pytest.mark.parametrize("tools", [(), (READ,)])
def test_a_further_turn_leaves_the_bytes_before_it_as_they_were(tools: tuple[Tool, ...]) -> None:
    first = (*HELLO, Message(Role.ASSISTANT, (TextPart("x"), CALL)), Message(Role.TOOL, (ToolResultPart("c", "r"),)))
    longer = (*first, Message(Role.USER, (TextPart("More."),)))
    short, long = (chat_body(Prompt(ChatRequest("r", turns, tools=tools), MODEL), {}) for turns in (first, longer))
    head = short.partition(b'],"tools":' if tools else b'],"stream":')[0]
    assert b'"content":"r"' in head
    assert long.startswith(head)


def test_the_dialect_of_tgi() -> None:
    options = SamplingOptions(top_p=1.0, temperature=0, stop=("a", "b", "c", "d", "e"))
    found = json.loads(chat_body(Prompt(ChatRequest("r1", HELLO, options=options), MODEL), {}, TGI))
    assert found == ALWAYS | {"model": "tgi", "temperature": 0, "stop": ["a", "b", "c", "d"]}

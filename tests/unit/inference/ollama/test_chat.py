"""Ollama's own API: what is asked of it, and its lines as the events that any other server's answer gives."""

import asyncio
import itertools
import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from inhouse.domain.events import Event
from inhouse.domain.models import ContextSource, Model, TokenLimits, Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import admit
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.ollama.body import chat_body
from inhouse.inference.ollama.chat import chat
from inhouse.inference.ollama.wire import OllamaWire
from inhouse.inference.openai.answer import chat_filters
from inhouse.inference.openai.answer import read as read_answer
from inhouse.inference.openai.rules import Rules
from tests.fakes.behaviours import json_reply, replay
from tests.fakes.recorded import FOLDER, recorded
from tests.fakes.server import FakeBackend
from tests.fakes.wire import Behaviour
from tests.unit.inference.openai.streams import MODEL as ID
from tests.unit.inference.openai.streams import NOW, READ, Piece, rules, sent, told

REDACTOR = Redactor()

MODEL = Model(ID, 8192, ContextSource.SERVER, TokenLimits(6000, 2000), local=True)
HELLO = (Message(Role.USER, (TextPart("Hi"),)),)
OFFERED = rules(tools=(READ, NOW))


def body(request: ChatRequest, max_tokens: int | None = None) -> dict[str, Any]:
    return json.loads(chat_body(Prompt(request, MODEL, max_tokens)))


def test_nothing_is_said_that_was_not_asked() -> None:
    assert body(ChatRequest("r1", HELLO)) == {
        "model": "acme/smol",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "truncate": False,
        "shift": False,
        "options": {"num_ctx": 8192},
    }


def test_options_and_tools() -> None:
    options = SamplingOptions(temperature=0, top_p=0.5, stop=("a",), seed=0, response_schema={"type": "object"})
    found = body(ChatRequest("r1", HELLO, tools=(NOW,), options=options), max_tokens=7)
    assert found["options"] == {
        "num_ctx": 8192,
        "num_predict": 7,
        "temperature": 0,
        "top_p": 0.5,
        "stop": ["a"],
        "seed": 0,
    }
    assert found["format"] == {"type": "object"}
    assert found["tools"] == [
        {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}
    ]
    assert "tools" not in body(ChatRequest("r1", HELLO, tools=(NOW,), tool_choice="none"))


def test_the_history() -> None:
    found = body(
        ChatRequest(
            "r1",
            (
                Message(Role.USER, (TextPart("See"), ImagePart("image/png", "AAAA"))),
                Message(Role.ASSISTANT, (ThinkingPart("hm"), ToolCallPart("c1", "read_file", {"path": "a"}))),
                Message(Role.TOOL, (ToolResultPart("c1", "ok"),)),
            ),
        )
    )
    assert found["messages"] == [
        {"role": "user", "content": "See", "images": ["AAAA"]},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "function": {"name": "read_file", "arguments": {"path": "a"}}}],
        },
        {"role": "tool", "content": "ok", "tool_name": "read_file", "tool_call_id": "c1"},
    ]


RECORDED = {
    "ollama/api_chat.ndjson": ["thinking Let me", "text Hi", "finished stop 12+2"],
    "ollama/api_chat_tool.ndjson": ['call read_file {"path": "a.py"}', "finished toolCalls 40+12"],
    "ollama/error_in_stream.ndjson": ["text par", "error server_error"],
    "ollama/api_chat_stream.ndjson": ["text Awesome, welcome", "finished length 15+5"],
    "ollama/api_chat_tools.ndjson": ['call read_file {"path": "d.py"}', "finished toolCalls 258+32"],
    "ollama/api_chat_truncated_one.ndjson": ["finished stop 256+1"],
}
PRESENT = [name for name in RECORDED if (FOLDER / name).exists()]


async def read(*pieces: Piece, by: Rules = OFFERED) -> list[str]:
    found: list[Event | InhouseError] = []
    try:
        async for each in read_answer(sent(pieces), by, OllamaWire(by), chat_filters(by)):
            found.append(each)  # noqa: PERF401 (what came before a failure counts)
    except InhouseError as error:
        found.append(error)
    return told(found)


@pytest.mark.parametrize("name", PRESENT)
async def test_what_real_servers_send(name: str) -> None:
    assert await read(recorded(name).body) == RECORDED[name]


@given(st.sampled_from(PRESENT), st.lists(st.integers(0, 1000), max_size=20))
async def test_any_cutting_gives_the_same_events(name: str, cuts: list[int]) -> None:
    data = recorded(name).body
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    assert await read(*(data[start:end] for start, end in itertools.pairwise(edges))) == RECORDED[name]


def line(content: str = "", **fields: object) -> bytes:
    message = {"role": "assistant", "content": content, **{k: fields.pop(k) for k in ("tool_calls",) if k in fields}}
    return json.dumps({"message": message, "done": False, **fields}).encode() + b"\n"


def call(name: str, arguments: object, **fields: object) -> dict[str, object]:
    return {"function": {"name": name, "arguments": arguments, "index": 0}, **fields}


END = line(done=True, done_reason="stop")
LINES: dict[str, tuple[list[Piece], list[str]]] = {
    "no end": ([line("A")], ["text A", "error incomplete"]),
    "nothing": ([], ["error bad_response"]),
    "only loaded": ([line(done=True, done_reason="load")], ["error bad_response"]),
    "an old server's end": ([line("A"), line(done=True)], ["text A", "finished stop"]),
    "text in the last line": ([line("A", done=True, done_reason="length")], ["text A", "finished length"]),
    "more after the end": ([line("A"), END, line("B")], ["text A", "finished stop"]),
    "not JSON": ([line("A"), b"{oops\n"], ["text A", "error bad_response"]),
    "not an object": ([b"[1]\n"], ["error bad_response"]),
    "a page": ([b"<html>\n"], ["error bad_response"]),
    "an error object": ([b'{"error": {"message": "model is loading"}}\n'], ["error server_error"]),
    "calls on two lines with one index and no ids": (
        [line(tool_calls=[call("now", {})]), line(tool_calls=[call("now", {"a": 1})]), END],
        ["call now {}", 'call now {"a": 1}', "finished toolCalls"],
    ),
    "not offered": ([line(tool_calls=[call("rm", {})])], ["error bad_response"]),
    "against the schema": ([line(tool_calls=[call("read_file", {})]), END], ["error bad_response"]),
    "thinking in the text": ([line("<think>x</think>"), line("A"), END], ["thinking x", "text A", "finished stop"]),
    "wrong types": ([b'{"message": 7, "done": "true", "eval_count": "x"}\n', END], ["finished stop"]),
}  # fmt: skip


@pytest.mark.parametrize(("pieces", "expected"), LINES.values(), ids=LINES)
async def test_lines(pieces: list[Piece], expected: list[str]) -> None:
    assert await read(*pieces) == expected


async def test_a_line_has_a_limit() -> None:
    by = rules(line_bytes=100)
    assert await read(line("A" * 100), by=by) == ["error too_large"]


async def over_http(behaviour: Behaviour, tools: Iterable[Tool] = ()) -> tuple[list[str], dict[str, Any]]:
    offered = tuple(tools)
    with FakeBackend() as fake:
        fake.answer("POST /api/chat", behaviour)
        channel = Channel(Endpoint("lab", fake.url))
        request = ChatRequest("r1", HELLO, tools=offered)
        admitted = admit(Prompt(request, MODEL), Zone.LOCAL, Policy(air_gapped=False, local_networks=()), REDACTOR)
        found: list[Event | InhouseError] = []
        async with AsyncExitStack() as stack:
            try:
                async for each in chat(channel, admitted, (), rules(tools=offered), stack):
                    found.append(each)  # noqa: PERF401
            except InhouseError as error:
                found.append(error)
        await channel.aclose()
        asked = [json.loads(one.request.body) for one in fake.exchanges("POST /api/chat")]
    return told(found), asked[0] if asked else {}


async def test_over_http() -> None:
    found, asked = await over_http(replay("ollama/api_chat_tool.ndjson"), [READ])
    assert found == RECORDED["ollama/api_chat_tool.ndjson"]
    assert asked["options"] == {"num_ctx": 8192}


async def test_a_refusal_over_http() -> None:
    found, _ = await over_http(json_reply({"error": "the input length exceeds the context length"}, status=400))
    assert found == ["error context_overflow"]


async def test_a_tool_with_an_invalid_schema_is_refused_before_anything_is_sent() -> None:
    found, asked = await over_http(replay("ollama/api_chat.ndjson"), [Tool("t", "", {"type": "nonsense"})])
    assert (found, asked) == ([f"error {ErrorKind.INVALID_REQUEST.value}"], {})


async def test_two_answers_at_once_do_not_mix() -> None:
    gates = [asyncio.Event() for _ in range(2)]

    async def one(path: str, mine: int) -> list[str]:
        gates[mine].set()
        return await read(gates[1 - mine], line(tool_calls=[call("read_file", {"path": path})]), END)

    first, second = await asyncio.gather(one("a", 0), one("b", 1))
    assert (first[0], second[0]) == ('call read_file {"path": "a"}', 'call read_file {"path": "b"}')

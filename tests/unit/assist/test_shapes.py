"""The public interface's JSON, exactly: clients are written against these keys (interface §4.2, §4.3)."""

import json

import pytest

from inhouse.assist.shapes import Timing, backend_value, chat_result, event_value, model_list_value
from inhouse.config.schema import Tokens
from inhouse.domain.errors import ErrorKind
from inhouse.domain.events import (
    Content,
    Dropped,
    Event,
    Finished,
    FinishReason,
    Notice,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from inhouse.domain.models import BackendStatus, Kind, ModelList, Problem, Zone
from inhouse.inference.announce import announce
from inhouse.inference.listing import ListedModel

MODEL = announce("lab", ListedModel("a|b", 1024), override=None, tokens=Tokens(), local=True)


@pytest.mark.parametrize(
    ("event", "value"),
    [
        (TextDelta("a"), {"kind": "text", "text": "a"}),
        (ThinkingDelta("a"), {"kind": "thinking", "text": "a"}),
        (ToolCall("1", "f", {"x": 1}), {"kind": "toolCall", "id": "1", "name": "f", "arguments": {"x": 1}}),
        (Notice("Hm."), {"kind": "notice", "message": "Hm."}),
        (Progress(Stage.WAITING, "lab|m"), None),
    ],
)
def test_partial_values(event: Event, value: object) -> None:
    assert event_value(event) == value


CALL: dict[str, object] = {"kind": "toolCall", "name": "f", "arguments": {}}
CONTENTS: list[tuple[list[Content], list[object]]] = [
    ([], []),
    ([TextDelta("a"), TextDelta("b")], [{"kind": "text", "text": "ab"}]),
    (
        [ThinkingDelta("a"), ThinkingDelta("b"), TextDelta("c"), ToolCall("1", "f", {}), ToolCall("2", "f", {})],
        [{"kind": "thinking", "text": "ab"}, {"kind": "text", "text": "c"}, CALL | {"id": "1"}, CALL | {"id": "2"}],
    ),
]


@pytest.mark.parametrize(("content", "parts"), CONTENTS)
def test_a_result(content: list[Content], parts: list[object]) -> None:
    finished = Finished(FinishReason.TOOL_CALLS, Usage(3, 1, exact=True), "lab|m", "lab")
    assert chat_result(finished, content, Timing(0.0125, 1.5)) == {
        "content": parts,
        "model": "lab|m",
        "backend": "lab",
        "finishReason": "toolCalls",
        "usage": {"inputTokens": 3, "outputTokens": 1, "exact": True},
        "timing": {"firstTokenMs": 12, "totalMs": 1500},
    }


def test_what_was_left_out_is_in_the_result() -> None:
    finished = Finished(FinishReason.STOP, Usage(3, 0, exact=True), "lab|m", "lab", Dropped(4, 1200))
    assert chat_result(finished, [], Timing(None, 1.5))["dropped"] == {"messages": 4, "tokens": 1200}


def test_an_answer_without_content_has_its_first_token_at_the_end() -> None:
    finished = Finished(FinishReason.STOP, Usage(3, 0, exact=True), "lab|m", "lab")
    assert chat_result(finished, [], Timing(None, 1.5))["timing"] == {"firstTokenMs": 1500, "totalMs": 1500}


def test_models() -> None:
    problem = Problem("gpu", ErrorKind.UNREACHABLE, "It is down.", "Start it.")
    value = model_list_value(ModelList((MODEL,), MODEL.id, (problem,)))
    assert value == {
        "models": [
            {
                "id": "lab|a|b",
                "backend": "lab",
                "name": "a|b",
                "contextLength": 1024,
                "maxInputTokens": 768,
                "maxOutputTokens": 256,
                "capabilities": dict.fromkeys(("toolCalling", "imageInput", "thinking", "fim"), False) | {"chat": True},
                "local": True,
                "charsPerToken": 3.0,
                "state": "ready",
                "detail": "",
                "contextSource": "server",
            }
        ],
        "default": "lab|a|b",
        "problems": [{"backend": "gpu", "kind": "unreachable", "message": "It is down.", "hint": "Start it."}],
    }
    assert json.loads(json.dumps(value)) == value
    assert model_list_value(ModelList((), None, ())) == {"models": [], "default": None, "problems": []}


def test_a_backend_shows_what_is_known_of_it() -> None:
    known = BackendStatus("lab", Kind.VLLM, "http://lab", Zone.LOCAL, "ready", 12.345)
    least = {"name": "lab", "kind": "vllm", "url": "http://lab", "zone": "local", "state": "ready"}
    assert backend_value(known) == least | {"latencyMs": 12.3}

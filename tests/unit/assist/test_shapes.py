"""The JSON that clients and scripts are written against (interface §4.2, §4.3)."""

import pytest

from inhouse.assist import shapes
from inhouse.assist.status import Status
from inhouse.domain.errors import ErrorKind
from inhouse.domain.events import (
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
from inhouse.domain.models import (
    BackendStatus,
    ContextSource,
    Kind,
    Model,
    ModelId,
    ModelList,
    ModelState,
    Problem,
    TokenLimits,
    Zone,
)

FINISHED = Finished(FinishReason.TOOL_CALLS, Usage(3, 4, exact=True), "lab|m", "lab")
CALL = ToolCall("1", "read", {"path": "a"})
CALL_VALUE = {"kind": "toolCall", "id": "1", "name": "read", "arguments": {"path": "a"}}


@pytest.mark.parametrize(
    ("event", "value"),
    [
        (TextDelta("a"), {"kind": "text", "text": "a"}),
        (ThinkingDelta("a"), {"kind": "thinking", "text": "a"}),
        (CALL, CALL_VALUE),
        (Notice("moved on"), {"kind": "notice", "message": "moved on"}),
        (Progress(Stage.LOADING, "lab|m"), None),
        (FINISHED, None),
    ],
)
def test_a_partial_value(event: Event, value: object) -> None:
    assert shapes.event_value(event) == value


def test_the_deltas_of_an_answer_are_joined_into_parts() -> None:
    events = [ThinkingDelta("a"), ThinkingDelta("b"), TextDelta("c"), TextDelta("d"), CALL, CALL, TextDelta("e")]
    assert shapes.content_values(events) == [
        {"kind": "thinking", "text": "ab"},
        {"kind": "text", "text": "cd"},
        CALL_VALUE,
        CALL_VALUE,
        {"kind": "text", "text": "e"},
    ]


def test_a_chats_result() -> None:
    assert shapes.chat_result(FINISHED, [TextDelta("hi")], shapes.Timing(0.25, 1.5)) == {
        "content": [{"kind": "text", "text": "hi"}],
        "model": "lab|m",
        "backend": "lab",
        "finishReason": "toolCalls",
        "usage": {"inputTokens": 3, "outputTokens": 4, "exact": True},
        "timing": {"firstTokenMs": 250, "totalMs": 1500},
    }


def test_a_model_that_is_loading_shows_that_its_context_length_is_unknown() -> None:
    model = Model(
        ModelId("lab", "m"), None, ContextSource.ASSUMED, TokenLimits(3072, 1024), local=True, state=ModelState.LOADING
    )
    value = shapes.model_value(model)
    assert value["contextLength"] is None
    assert "family" not in value
    assert (value["id"], value["state"], value["contextSource"]) == ("lab|m", "loading", "assumed")
    assert value["capabilities"] == {
        "chat": True,
        "toolCalling": False,
        "imageInput": False,
        "thinking": False,
        "fim": False,
    }


def test_a_list_without_models_shows_that_there_is_no_default() -> None:
    problem = Problem("lab", ErrorKind.UNREACHABLE, "down", "start it")
    assert shapes.model_list_value(ModelList((), None, (problem,))) == {
        "models": [],
        "default": None,
        "problems": [{"backend": "lab", "kind": "unreachable", "message": "down", "hint": "start it"}],
    }


def test_a_status() -> None:
    backend = BackendStatus("lab", Kind.VLLM, "http://x:1", Zone.LOCAL, "ready", latency_ms=1.26)
    assert shapes.status_value(
        Status((backend,), ModelId("lab", "m"), air_gapped=False, policy="none", version="1")
    ) == {
        "backends": [
            {"name": "lab", "kind": "vllm", "url": "http://x:1", "zone": "local", "state": "ready", "latencyMs": 1.3}
        ],
        "default": "lab|m",
        "airGapped": False,
        "policy": "none",
        "version": "1",
    }

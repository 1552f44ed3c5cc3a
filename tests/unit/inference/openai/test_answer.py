"""A streamed answer is told exactly, and ends as what it is: complete, cut off, or none at all (interface §4.2)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Progress, Stage
from tests.fakes.recorded import FOLDER, recorded
from tests.unit.inference.openai.streams import (
    DONE,
    KEY,
    MODEL,
    NOW,
    READ,
    Piece,
    choice,
    delta,
    event,
    finish,
    read,
    rules,
    text,
    told,
    usage,
)

RECORDED_STREAMS = {
    "llamacpp/chat_stream.sse": ["text Awesome! I'm", "finished length"],
    "llamacpp/chat_stream_usage.sse": ["text Awesome!", "finished length 36+4"],
    "llamacpp/chat_stream_progress.sse": ["text Cheers!", "finished length"],
    "llamacpp/prefill_pings.sse": ["text Awesome! I'm", "finished length"],
    "llamacpp/tool_call_stream.sse": ['call read_file {"path": "d.py"}', "finished toolCalls 504+33"],
    "vllm/chat_stream.sse": ["text SmolLAM", "finished length"],
    "vllm/chat_stream_usage.sse": ["text Smol", "finished length 36+3"],
    "vllm/queued_keepalive.sse": ["text -there", "finished length"],
    "vllm/completions_stream_usage.sse": ["text  the scene,", "finished length 2+3"],
    "vllm/chat_tool_named_stream_truncated.sse": [
        "notice The answer was cut off in the middle of a call to read_file, which is left out.",
        "finished length",
    ],
    "tgi/chat_stream_usage.sse": ["text Hello", "finished stop 7+3"],
    "tgi/tool_stream.sse": ['call read_file {"path": "a.py"}', "finished toolCalls"],
    "tgi/completions_stream.sse": ["text a + b", "finished length 3+2"],
    "tgi/v2_tool_stream.sse": ['call read_file {"path": "a.py"}', "finished toolCalls"],  # named among its arguments
    "tgi/error_in_stream.sse": ["text par", "error server_error"],
    "tgi/overloaded_in_stream.sse": ["error overloaded"],
    "ollama/v1_chat_stream_usage.sse": ["thinking Let me", "text Hi", "finished stop 12+2"],
    "ollama/v1_error_swallowed.sse": ["text par", "error incomplete"],
    "ollama/v1_tool_stream.sse": ['call read_file {"path": "a.py"}', "finished toolCalls"],
    "ollama/v1_chat_tools.sse": ['call read_file {"path": "d.py"}', "finished toolCalls"],
    "ollama/v1_chat_usage.sse": ["text Awesome, welcome", "finished length 15+5"],
    "sglang/error_in_stream.sse": ["text par", "error overloaded"],
    "sglang/reasoning_stream.sse": ["thinking Let me", "text Hi", "finished stop"],
}
RECORDED = {name: found for name, found in RECORDED_STREAMS.items() if (FOLDER / name).exists()}

OFFERED = rules(tools=(READ, NOW))


async def check(*pieces: Piece, expected: list[str]) -> None:
    assert told(await read(*pieces)) == expected


@pytest.mark.parametrize("name", sorted(RECORDED))
async def test_what_real_servers_send(name: str) -> None:
    assert told(await read(recorded(name).body, by=OFFERED)) == RECORDED[name]


@given(st.sampled_from(sorted(RECORDED)), st.lists(st.integers(0, 4000), max_size=20))
async def test_any_cutting_gives_the_same_events(name: str, cuts: list[int]) -> None:
    body = recorded(name).body
    edges = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    pieces = [body[start:end] for start, end in itertools.pairwise(edges)]
    assert told(await read(*pieces, by=OFFERED)) == RECORDED[name]


A = text("A")
CUT = InhouseError(kind=ErrorKind.UNREACHABLE, message="cut")
GARBLED = InhouseError(kind=ErrorKind.BAD_RESPONSE, message="not HTTP")
COMPLETE = ["text A", "finished stop"]

ENDS: dict[str, tuple[list[Piece], list[str]]] = {
    "B10 clean end, no finish_reason": ([A], ["text A", "error incomplete"]),
    "B11 cut in the middle of an event": ([A, b"data: {", CUT], ["text A", "error incomplete"]),
    "B12 finish_reason without [DONE]": ([A, finish()], COMPLETE),
    "[DONE] without finish_reason": ([A, DONE], COMPLETE),
    "cut after finish_reason": ([A, finish(), CUT], COMPLETE),
    "cut after [DONE]": ([A, DONE, CUT], COMPLETE),
    "garbage after finish_reason": ([A, finish(), b"data: {nonsense\n\n"], COMPLETE),
    "a bare value after finish_reason": ([A, finish(), event([1])], COMPLETE),
    "an error after finish_reason": ([A, finish(), event({"error": "boom"})], COMPLETE),
    "garbled HTTP after finish_reason": ([A, finish(), GARBLED], COMPLETE),
    "B14 [DONE] at once": ([DONE], ["error bad_response"]),
    "B15 an empty body": ([], ["error bad_response"]),
    "comments only": ([b": ping\n\n" * 9], ["error bad_response"]),
    "a role and no more": ([delta(role="assistant"), DONE], ["error bad_response"]),
    "finish_reason without content": ([finish()], ["finished stop"]),
    "cut before the first value": ([delta(role="assistant"), CUT], ["error unreachable"]),
    "garbled HTTP after the first value": ([A, GARBLED], ["text A", "error bad_response"]),
    "B109 data after [DONE]": ([A, finish(), DONE, text("SMUGGLED"), usage(1, 1)], COMPLETE),
    "B111 content after finish_reason": ([A, finish(), text("B"), DONE], COMPLETE),
    "usage after finish_reason": ([A, finish(), usage(3, 1), DONE], ["text A", "finished stop 3+1"]),
    "two finish_reasons": ([A, finish("length"), finish("stop"), DONE], ["text A", "finished length"]),
    "finish_reason in the last content chunk": (
        [choice(delta={"content": "A"}, finish_reason="length"), DONE],
        ["text A", "finished length"],
    ),
    "B107 the last event is not terminated": ([A, finish().rstrip()], COMPLETE),
}


@pytest.mark.parametrize(("pieces", "expected"), ENDS.values(), ids=ENDS)
async def test_how_an_answer_ends(pieces: list[Piece], expected: list[str]) -> None:
    await check(*pieces, expected=expected)


FINISH = {
    "stop": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tool_calls": "stop",  # without a call there is none to wait for
    "content_filter": "contentFilter",
    "B90 of their own": "stop",
}


@pytest.mark.parametrize(("sent", "reason"), FINISH.items())
async def test_finish_reasons(sent: str, reason: str) -> None:
    await check(A, finish(sent), expected=["text A", f"finished {reason}"])


@pytest.mark.parametrize("reason", [None, "", 7, True, {}])
async def test_no_finish_reason(reason: object) -> None:
    await check(choice(delta={"content": "A"}, finish_reason=reason), expected=["text A", "error incomplete"])


ERRORS: dict[str, tuple[bytes, str]] = {
    "B66 garbage": (b"data: {garbage\n\n", "bad_response"),
    "not an object": (event([1, 2]), "bad_response"),
    "null": (event(None), "bad_response"),
    "not UTF-8": (b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n', "bad_response"),
    "B69 error object": (event({"error": {"message": "CUDA out of memory", "code": 500}}), "server_error"),
    "B70 event: error": (b"event: error\n" + event({"message": "boom"}), "server_error"),
    "event: error that is not JSON": (b"event: error\ndata: Traceback: boom\n\n", "server_error"),
    "B71 error string": (event({"error": "Model is overloaded", "error_type": "overloaded"}), "overloaded"),
    "error of no known shape": (event({"error": 500}), "server_error"),
    "overflow in the stream": (
        event({"error": {"message": "`inputs` must have less than 4096 tokens"}}),
        "context_overflow",
    ),
    "B129 a tool call": (delta(tool_calls=[{"index": 0, "function": {"name": "rm"}}]), "bad_response"),
}


@pytest.mark.parametrize(("bad", "kind"), ERRORS.values(), ids=ERRORS)
async def test_failures_in_the_stream(bad: bytes, kind: str) -> None:
    await check(bad, A, finish(), expected=[f"error {kind}"])
    await check(A, bad, text("B"), finish(), expected=["text A", f"error {kind}"])


async def test_a_failure_never_repeats_what_the_server_says() -> None:
    """B40: a server's error may quote the key, a path or a traceback."""
    (error,) = await read(event({"error": {"message": f'Traceback: File "/srv/x.py" Bearer {KEY}', "code": 500}}))
    assert isinstance(error, InhouseError)
    told_to_user = f"{error.message} {error.hint}"
    assert KEY not in told_to_user
    assert "Traceback" not in told_to_user
    assert (error.backend, error.model) == ("lab", str(MODEL))


DIALECTS: dict[str, tuple[bytes, list[str]]] = {
    "B72 without choices": (event({"id": "x"}), []),
    "B74 choices null": (event({"choices": None}), []),
    "choices empty": (event({"choices": []}), []),
    "B75 choices of wrong types": (event({"choices": "x"}) + event({"choices": [1, None, "x"]}), []),
    "B77 delta missing": (choice(), []),
    "delta null": (choice(delta=None), []),
    "B76 null in every field": (
        event(dict.fromkeys(("id", "object", "created", "model", "usage", "error", "choices", "prompt_progress")))
        + event({"choices": [{"index": None, "delta": {"content": None, "role": None, "tool_calls": None}}]}),
        [],
    ),
    "wrong types in every field": (
        event({"usage": "x", "prompt_progress": 7, "choices": [{"delta": {"content": 7, "reasoning": 7}}]}),
        [],
    ),
    "B79 content as parts": (delta(content=[{"type": "text", "text": "b"}, {"type": "x"}, 7, None]), ["text b"]),
    "B80 a second choice": (event({"choices": [{"index": 1, "delta": {"content": "OTHER"}}]}), []),
    "both choices": (
        event({"choices": [{"index": 1, "delta": {"content": "X"}}, {"index": 0, "delta": {"content": "b"}}]}),
        ["text b"],
    ),
    "index as a float": (event({"choices": [{"index": 0.0, "delta": {"content": "b"}}]}), ["text b"]),
    "B81 unknown fields": (delta(content="b", x={"y": [1]}), ["text b"]),
    "no tool calls": (delta(content="b", tool_calls=[]), ["text b"]),
    "B87 NUL": (text("b\0"), ["text b\0"]),
    "B101 raw line separators": (
        'data: {"choices":[{"delta":{"content":"\u2028\u2029\x85"}}]}\n\n'.encode(),
        ["text \u2028\u2029\x85"],
    ),
    "B106 several data lines": (b'data: {"choices":[\ndata: {"delta":{"content":"b"}}]}\n\n', ["text b"]),
    "B99 without a space": (text("b").replace(b"data: ", b"data:"), ["text b"]),
    "B95 CRLF": (text("b").replace(b"\n", b"\r\n"), ["text b"]),
    "B122 reasoning_content": (delta(reasoning_content="b", content=None), ["thinking b"]),
    "B122 reasoning": (delta(reasoning="b", content=""), ["thinking b"]),
    "both of them": (delta(reasoning="b", reasoning_content="b"), ["thinking b"]),
    "thinking and text at once": (delta(reasoning="b", content="c"), ["thinking b", "text c"]),
    "a surrogate pair": (text("😀"), ["text 😀"]),
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "middle"), DIALECTS.values(), ids=DIALECTS)
async def test_dialects(dialect: bytes, middle: list[str]) -> None:
    await check(text("<"), dialect, text(">"), finish(), DONE, expected=_between(middle))


def _between(middle: list[str]) -> list[str]:
    if not middle:
        return ["text <>", "finished stop"]
    lines = ["text <", *middle, "text >"]
    joined = [lines[0]]
    for line in lines[1:]:
        if line.startswith("text ") and joined[-1].startswith("text "):
            joined[-1] += line.removeprefix("text ")
        else:
            joined.append(line)
    return [*joined, "finished stop"]


HOSTILE = {
    "B82 5,000 digits": b'data: {"choices":[],"created":%s}\n\n' % (b"1" * 5000),
    "B84 nested deep": b"data: " + b"[" * 100_000 + b"]" * 100_000 + b"\n\n",
    "B85 a lone surrogate": b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    "nested in the delta": b'data: {"choices":[{"delta":%s}]}\n\n' % (b'{"a":' * 900 + b"1" + b"}" * 900),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_json_is_an_error_or_nothing(hostile: bytes) -> None:
    found = told(await read(A, hostile, text("B"), finish()))
    assert found in (["text A", "error bad_response"], ["text AB", "finished stop"])


USAGES: dict[str, tuple[object, object, str]] = {
    "B91 negative": (-1, 5, ""),
    "B92 huge": (10**15, 10**18, f" {10**15}+{10**18}"),
    "floats": (3.0, 1.0, " 3+1"),
    "fractions": (3.5, 1, ""),
    "text": ("3", 1, ""),
    "true": (True, 1, ""),
    "B94 absent": (None, None, ""),
    "nothing written": (3, 0, " 3+0"),
}


@pytest.mark.parametrize(("prompt", "completion", "counted"), USAGES.values(), ids=USAGES)
async def test_usage(prompt: object, completion: object, counted: str) -> None:
    await check(A, finish(), usage(prompt, completion), DONE, expected=["text A", f"finished stop{counted}"])


async def test_stages_are_told_once_each_and_in_order() -> None:
    found = await read(recorded("llamacpp/chat_stream_progress.sse").body)
    reading = [each for each in found if isinstance(each, Progress) and each.stage is Stage.PROMPT]
    assert all(each.total and each.done is not None and each.done <= each.total for each in reading)
    found = await read(delta(reasoning="a"), delta(reasoning="b"), A, text("B"), finish())
    stages = [each.stage for each in found if isinstance(each, Progress)]
    assert stages == [Stage.THINKING, Stage.WRITING]
    assert isinstance(found[0], Progress)
    assert found[0].model == str(MODEL)


@pytest.mark.parametrize(
    ("pieces", "fits"),
    [
        ([text("x" * 100)], True),
        ([text("x" * 101)], False),
        ([text("x")] * 101, False),
        ([text("é" * 51)], False),
        ([delta(reasoning="x" * 60), text("x" * 41)], False),
        ([b": " + b"x" * 300 + b"\n\n"] * 3 + [A], True),
    ],
)
async def test_answer_bytes(pieces: list[Piece], fits: bool) -> None:
    found = told(await read(*pieces, finish(), by=rules(answer_bytes=100)))
    assert found[-1] == ("finished stop" if fits else "error too_large")


async def test_line_bytes() -> None:
    assert told(await read(A, text("x" * 100), by=rules(line_bytes=100))) == ["text A", "error too_large"]
    assert told(await read(A, b"x" * 101, by=rules(line_bytes=100))) == ["text A", "error too_large"]

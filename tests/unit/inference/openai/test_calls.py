"""A tool call is told whole and once, whatever pieces it came in; or the answer fails and says why."""

import asyncio
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import InhouseError
from inhouse.domain.events import ToolCall
from tests.unit.inference.openai.streams import (
    DONE,
    NOW,
    READ,
    Piece,
    choice,
    delta,
    finish,
    read,
    rules,
    text,
    told,
)

OFFERED = rules(tools=(READ, NOW))
A, B = 'call read_file {"path": "a"}', 'call read_file {"path": "b"}'
CALLED = "finished toolCalls"
WHOLE_A, WHOLE_B = '{"path": "a"}', '{"path": "b"}'


def call(name: object = None, arguments: object = None, **fields: object) -> dict[str, object]:
    function = {"name": name, "arguments": arguments}
    return {**fields, "function": {key: value for key, value in function.items() if value is not None}}


def calls(*pieces: object) -> bytes:
    return delta(tool_calls=list(pieces))


SHAPES: dict[str, tuple[list[Piece], list[str]]] = {
    "whole": ([calls(call("read_file", WHOLE_A, index=0, id="call_aaaa1"))], [A]),
    "in fragments": ([calls(call("read_file", "", index=0)), *(calls(call(None, c, index=0)) for c in WHOLE_A)], [A]),
    "no index": ([calls(call("read_file", '{"pa', id="x")), calls(call(None, 'th": "a"}', id="x"))], [A]),
    "neither index nor id": ([calls(call("read_file", '{"pa')), calls(call(None, 'th": "a"}'))], [A]),
    "two without index or id": ([calls(call("read_file", WHOLE_A)), calls(call("read_file", WHOLE_B))], [A, B]),
    "two in one delta": ([calls(call("read_file", WHOLE_A, index=0), call("read_file", WHOLE_B, index=1))], [A, B]),
    "two interleaved": (
        [calls(call("read_file", '{"path": ', index=0), call("read_file", '{"path": ', index=1)),
         calls(call(None, '"b"}', index=1)), calls(call(None, '"a"}', index=0))],
        [A, B],
    ),
    "a new id on a used index": (
        [calls(call("read_file", WHOLE_A, index=0, id="x1")), calls(call("read_file", WHOLE_B, index=0, id="x2"))],
        [A, B],
    ),
    "one index for all, no ids": (
        [calls(call("read_file", WHOLE_A, index=0)), calls(call("read_file", WHOLE_B, index=0))], [A, B],
    ),
    "the same id in every delta": (
        [calls(call("read_file", "{", index=0, id="0")), calls(call(None, '"path": "a"}', index=0, id="0"))], [A],
    ),
    "the name in every delta": (
        [calls(call("read_file", "{", index=0)), calls(call("read_file", '"path": "a"}', index=0))], [A],
    ),
    "an empty name after the first": (
        [calls(call("read_file", "{", index=0)), calls(call("", '"path": "a"}', index=0))], [A],
    ),
    "an object": ([calls(call("read_file", {"path": "a"}, index=0))], [A]),
    "an object in its final form": (
        [calls(call("read_file", {"path": ""}, index=0)), calls(call(None, {"path": "a"}, index=0))], [A],
    ),
    "TGI 2: an object for the list": ([delta(tool_calls=call("read_file", WHOLE_A, index=0, id=""))], [A]),
    "a string in a string": ([calls(call("read_file", json.dumps(WHOLE_A), index=0))], [A]),
    "no arguments": ([calls(call("now", index=0))], ["call now {}"]),
    "empty arguments": ([calls(call("now", "", index=0))], ["call now {}"]),
    "null for what has no rule": ([calls(call("now", '{"more": null}', index=0))], ['call now {"more": null}']),
    "line ends in a string": ([calls(call("read_file", '{"path": "a\n"}'))], ['call read_file {"path": "a\\n"}']),
    "text before and after": ([text("x"), calls(call("read_file", WHOLE_A)), text("y")], ["text xy", A]),
    "wrong types beside": ([delta(tool_calls=[7, None, call("read_file", WHOLE_A, index="x", id=7)])], [A]),
}  # fmt: skip


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "eos_token"])
@pytest.mark.parametrize(("pieces", "expected"), SHAPES.values(), ids=SHAPES)
async def test_shapes(pieces: list[Piece], expected: list[str], reason: str) -> None:
    assert told(await read(*pieces, finish(reason), by=OFFERED)) == [*expected, CALLED]
    assert told(await read(*pieces, DONE, by=OFFERED)) == [*expected, CALLED]


async def test_an_optional_argument_that_is_null_is_left_out() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    by = rules(tools=(Tool("count", "", schema),))
    assert told(await read(calls(call("count", '{"n": null}')), finish(), by=by)) == ["call count {}", CALLED]


BAD: dict[str, tuple[list[Piece], str]] = {
    "not offered": ([calls(call("rm", "{}"))], "'rm', which was not offered"),
    "a hostile name": ([calls(call("rm\x1b[31m" + "x" * 999, "{}"))], "not offered"),
    "no name": ([calls(call(None, "{}"))], "a tool without a name"),
    "not JSON": ([calls(call("read_file", "{path: a}"))], "not a JSON object"),
    "not an object": ([calls(call("read_file", '["a"]'))], "not a JSON object"),
    "unfinished": ([calls(call("read_file", '{"path": "a'))], "not a JSON object"),
    "a lone surrogate": ([calls(call("read_file", '{"path": "\\ud83d"}'))], "not a JSON object"),
    "nested deep": ([calls(call("now", '{"a":' * 900 + "1" + "}" * 900))], "not a JSON object"),
    "against the schema": ([calls(call("read_file", '{"path": 7}'))], "$.path breaks the rule 'type'"),
    "one of two": ([calls(call("now", "{}"), call("read_file", "{}", index=1))], "$ breaks the rule 'required'"),
}


@pytest.mark.parametrize(("pieces", "why"), BAD.values(), ids=BAD)
async def test_calls_that_are_never_passed_on(pieces: list[Piece], why: str) -> None:
    found = await read(text("x"), *pieces, finish("tool_calls"), by=OFFERED)
    assert told(found) == ["text x", "error bad_response"]
    error = found[-1]
    assert isinstance(error, InhouseError)
    assert why in error.message
    assert error.message.isprintable()
    assert len(error.message) < 300


async def test_a_tool_that_was_not_offered_ends_the_answer_at_once() -> None:
    never = asyncio.Event()
    assert told(await read(calls(call("rm", "{")), never, by=OFFERED)) == ["error bad_response"]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_of_a_call_that_is_cut_nothing_is_told_but_a_notice(reason: str) -> None:
    for cut in ("", "{", '{"path": "a"'):
        pieces = (calls(call("read_file", WHOLE_A, index=0)), calls(call("read_file", cut, index=1)))
        first, notice, finished = told(await read(*pieces, finish(reason), by=OFFERED))
        assert first == A
        assert "notice" in notice
        assert "read_file" in notice
        assert finished in ("finished length", "finished contentFilter")


async def test_a_whole_call_at_the_very_end_of_the_room_is_a_call() -> None:
    assert told(await read(calls(call("read_file", WHOLE_A)), finish("length"), by=OFFERED)) == [A, "finished length"]


async def test_a_stream_that_breaks_in_a_call_is_incomplete() -> None:
    assert told(await read(calls(call("read_file", '{"pa')), by=OFFERED)) == ["error incomplete"]


async def test_ids_are_those_of_the_server_unless_they_would_meet_again() -> None:
    given = ["call_ab12cd34", "0", "", "call_ab12cd34"]
    pieces = [calls(call("now", "{}", index=n, id=id_)) for n, id_ in enumerate(given)]
    found = await read(*pieces, finish(), by=OFFERED)
    ids = [each.id for each in found if isinstance(each, ToolCall)]
    assert ids[0] == "call_ab12cd34"
    assert len({*ids}) == 4
    assert all(len(id_) == 9 and id_.isalnum() for id_ in ids[1:])


@pytest.mark.parametrize(
    ("pieces", "fits"),
    [
        ([calls(call("now", '{"a": "%s"}' % ("x" * 80), index=0))], True),
        ([calls(call("now", '{"a": "%s"}' % ("x" * 101), index=0))], False),
        ([calls(call("now", '{"a": "%s"}' % ("é" * 51), index=0))], False),
        ([calls(call("now", '{"a": "', index=0)), *[calls(call(None, "xxxx", index=0))] * 30], False),
        ([calls(call("now", {"a": "x" * 101}, index=0))], False),
    ],
    ids=str,
)
async def test_arguments_have_a_limit(pieces: list[Piece], fits: bool) -> None:
    found = told(await read(*pieces, finish(), by=rules(tools=(NOW,), arguments=100)))
    assert found[-1] == (CALLED if fits else "error too_large")


async def test_calls_without_number_have_the_limit_of_the_answer() -> None:
    many = [calls(call("now", "{}", index=number)) for number in range(100)]
    assert told(await read(*many, by=rules(tools=(NOW,), answer_bytes=100))) == ["error too_large"]


async def test_long_arguments_in_short_pieces_are_read_in_linear_time() -> None:
    pieces = [calls(call("now", '{"a": "', index=0)), *[calls(call(None, "xxxxxxxx", index=0))] * 20_000]
    found = told(await read(*pieces, calls(call(None, '"}', index=0)), finish(), by=OFFERED))
    assert found[-1] == CALLED


PATHS = st.text('ab\n"\\é😀{}[]:,', max_size=12)


@given(st.lists(PATHS, min_size=1, max_size=3), st.data())
async def test_any_way_to_send_calls_gives_the_same_calls(paths: list[str], data: st.DataObject) -> None:
    """Fragments of parallel calls in any interleaving, by index or one after the other without."""
    written = [json.dumps({"path": path}) for path in paths]
    by_index = data.draw(st.booleans())
    queues = [_fragments(data, number if by_index else None, each) for number, each in enumerate(written)]
    pieces: list[bytes] = []
    while any(queues):
        ready = [queue for queue in queues if queue]
        queue = data.draw(st.sampled_from(ready)) if by_index else ready[0]
        pieces.append(calls(queue.pop(0)))
    found = await read(*pieces, finish("tool_calls"), by=OFFERED)
    assert sorted(each.arguments["path"] for each in found if isinstance(each, ToolCall)) == sorted(paths)  # pyright: ignore


def _fragments(data: st.DataObject, index: int | None, written: str) -> list[dict[str, object]]:
    cuts = sorted({0, len(written), *data.draw(st.lists(st.integers(0, len(written)), max_size=3))})
    place = {} if index is None else {"index": index}
    parts = [written[start:end] for start, end in itertools.pairwise(cuts)]
    return [call("read_file" if number == 0 else None, part, **place) for number, part in enumerate(parts)]


async def test_two_chats_at_once_do_not_mix() -> None:
    gates = [asyncio.Event() for _ in range(4)]

    async def one(path: str, first: int) -> list[str]:
        gates[first].set()
        start = calls(call("read_file", '{"path": ', index=0, id="same_id_here"))
        end = (calls(call(None, f'"{path}"}}', index=0)), choice(delta={}, finish_reason="tool_calls"))
        return told(await read(start, gates[1 - first], *end, by=OFFERED))

    assert await asyncio.gather(one("a", 0), one("b", 1)) == [[A, CALLED], [B, CALLED]]

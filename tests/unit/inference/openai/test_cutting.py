"""Whatever a server sends in whatever pieces, the events are the same; and answers at the same time do not mix."""

import itertools
import json
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Event
from inhouse.inference.ollama.wire import OllamaWire
from inhouse.inference.openai.answer import chat_filters, events
from inhouse.inference.openai.answer import read as read_answer
from inhouse.inference.openai.rules import Rules
from tests.unit.inference.openai.streams import DONE, NOW, READ, delta, finish, rules, sent, text, told, usage

RULES = st.sampled_from([
    rules(tools=(READ, NOW), in_text=in_text, begins_thinking=begins)
    for in_text, begins in itertools.product((False, True), repeat=2)
])  # fmt: skip
SAID = st.sampled_from([
    "Hi ", "é😀\u2028", "<think>", "</think>", "\n", "```\n", "<tool_call>", '{"name": "now"}', "</tool_call>", "`",
    '<tool_call>{"name": "read_file", "arguments": {"path": "x"}}</tool_call>',
])  # fmt: skip
PATH = st.text('ab\\"\né', max_size=4)


def _called(path: str, number: int) -> bytes:
    function = {"name": "read_file", "arguments": json.dumps({"path": path})}
    return delta(tool_calls=[{"index": number, "id": f"call_{number:08}", "function": function}])


SSE = st.tuples(
    st.lists(st.one_of(SAID.map(text), SAID.map(lambda said: delta(reasoning=said))), max_size=6),
    st.lists(PATH, max_size=2).map(lambda paths: [_called(path, n) for n, path in enumerate(paths)]),
    st.lists(SAID.map(text), max_size=2),
    st.sampled_from([[finish(), DONE], [finish("length"), usage(3, 1), DONE], [DONE], [], [b"data: {oops\n\n"]]),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
).map(lambda parts: b"".join(itertools.chain(*parts[:4])).replace(b"\n", parts[4]))


def _line(message: dict[str, object], **fields: object) -> bytes:
    return json.dumps({"message": message, "done": False, **fields}, ensure_ascii=False).encode() + b"\n"


NDJSON = st.tuples(
    st.lists(
        st.one_of(
            SAID.map(lambda said: _line({"content": said})),
            SAID.map(lambda said: _line({"content": "", "thinking": said})),
            PATH.map(
                lambda path: _line({"tool_calls": [{"function": {"name": "read_file", "arguments": {"path": path}}}]})
            ),
        ),
        max_size=6,
    ),
    st.sampled_from(
        [[_line({"content": ""}, done=True, done_reason="stop")], [], [b'{"error": "boom"}\n'], [b"{oops\n"]]
    ),
).map(lambda parts: b"".join(itertools.chain(*parts)))


def _pieces(data: st.DataObject, stream: bytes) -> list[bytes]:
    cuts = sorted({0, len(stream), *data.draw(st.lists(st.integers(0, len(stream)), max_size=12))})
    return [stream[start:end] for start, end in itertools.pairwise(cuts)]


def _answer(pieces: list[bytes], by: Rules, *, ollama: bool) -> AsyncIterator[Event]:
    if ollama:
        return read_answer(sent(pieces), by, OllamaWire(by), chat_filters(by))
    return events(sent(pieces), by)


async def _next(answer: AsyncIterator[Event]) -> Event | InhouseError | None:
    try:
        return await anext(answer, None)
    except InhouseError as error:
        return error


async def _all(answer: AsyncIterator[Event]) -> list[str]:
    found: list[Event | InhouseError] = []
    while (each := await _next(answer)) is not None:
        found.append(each)
    return told(found)


@given(SSE, RULES, st.data())
async def test_sse_cut_anywhere(stream: bytes, by: Rules, data: st.DataObject) -> None:
    pieces = _pieces(data, stream)
    assert await _all(_answer(pieces, by, ollama=False)) == await _all(_answer([stream], by, ollama=False))


@given(NDJSON, RULES, st.data())
async def test_lines_cut_anywhere(stream: bytes, by: Rules, data: st.DataObject) -> None:
    pieces = _pieces(data, stream)
    assert await _all(_answer(pieces, by, ollama=True)) == await _all(_answer([stream], by, ollama=True))


@given(
    SSE, st.one_of(SSE.map(lambda stream: (stream, False)), NDJSON.map(lambda stream: (stream, True))), RULES, st.data()
)
async def test_two_answers_at_once_do_not_mix(
    first: bytes, second: tuple[bytes, bool], by: Rules, data: st.DataObject
) -> None:
    streams = [(first, False), second]
    alone = [await _all(_answer([stream], by, ollama=ollama)) for stream, ollama in streams]
    answers = [_answer(_pieces(data, stream), by, ollama=ollama) for stream, ollama in streams]
    found: list[list[Event | InhouseError]] = [[], []]
    running = {0, 1}
    while running:
        turn = data.draw(st.sampled_from(sorted(running)))
        each = await _next(answers[turn])
        if each is None:
            running.discard(turn)
        else:
            found[turn].append(each)
    assert [told(each) for each in found] == alone

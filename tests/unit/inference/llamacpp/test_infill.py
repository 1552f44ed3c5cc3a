"""llama.cpp's own stream, as it was recorded and as it goes wrong."""

from dataclasses import replace

import pytest

from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Event
from inhouse.inference.fim.answer import FilledIn
from inhouse.inference.llamacpp.infill import InfillWire
from inhouse.inference.openai.answer import read
from tests.fakes.recorded import recorded
from tests.unit.inference.openai.streams import Piece, event, rules, sent, told

START = event({"content": "a", "stop": False})
END = {"content": "", "stop": True, "stop_type": "eos", "tokens_predicted": 2, "tokens_evaluated": 9}


async def answered(*pieces: Piece, end: str = "") -> list[str]:
    found: list[Event | InhouseError] = []
    by = replace(rules(), idle_timeout=0.05)
    try:
        async for each in read(sent(pieces), by, InfillWire(by), (FilledIn((end,)),)):
            found.append(each)  # noqa: PERF401 (what came before a failure counts)
    except InhouseError as error:
        found.append(error)
    return told(found)


async def test_the_recorded_stream() -> None:
    body = recorded("llamacpp/infill_stream.sse").body
    expected = ["text \nass", "finished length 5+3"]
    assert await answered(body) == expected
    assert await answered(*(body[at : at + 7] for at in range(0, len(body), 7))) == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ((START, event(END)), ["text a", "finished stop 9+2"]),
        ((START, event(END | {"content": "b"})), ["text ab", "finished stop 9+2"]),
        ((event(END),), ["finished stop 9+2"]),
        ((START, event(END | {"stop_type": "limit"})), ["text a", "finished length 9+2"]),
        ((START, event(END | {"stop_type": "word"})), ["text a", "finished stop 9+2"]),
        ((START, event(END | {"tokens_evaluated": "x"})), ["text a", "finished stop"]),
        ((START, event({"stop": True})), ["text a", "finished stop"]),
        ((START, event(END), event({"content": "b", "stop": False})), ["text a", "finished stop 9+2"]),
        ((START,), ["text a", "error incomplete"]),
        ((START, b"data: [DONE]\n\n"), ["text a", "error bad_response"]),
        ((START, b"data: 1\n\n"), ["text a", "error bad_response"]),
        ((START, event({"content": 1, "stop": "yes"})), ["text a", "error incomplete"]),
        ((event({"error": {"code": 500, "message": "boom", "type": "server_error"}}),), ["error server_error"]),
        ((START, event({"error": "slot unavailable"})), ["text a", "error server_error"]),
        ((), ["error bad_response"]),
    ],
)
async def test_whole_or_an_error(pieces: tuple[bytes, ...], expected: list[str]) -> None:
    assert await answered(*pieces) == expected


async def test_nothing_is_waited_for_behind_what_ends_it() -> None:
    last = event({"content": "b\nc", "stop": False})
    assert await answered(START, last, AssertionError("it went on listening"), end="\n") == ["text ab", "finished stop"]

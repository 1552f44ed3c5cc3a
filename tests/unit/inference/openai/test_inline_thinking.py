"""Thinking is kept apart from the answer, also where the server leaves it in the text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.inference.openai.streams import delta, finish, read, rules, text, told

INLINE = {
    "<think>Hm.</think>Hi": ["thinking Hm.", "text Hi"],
    "\n<think>\nHm.\n</think>\n\nHi\n": ["thinking Hm.\n", "text Hi\n"],
    "<think>\n\n</think>\n\nHi": ["text Hi"],
    "<think>a < b </thin </think>x</think>": ["thinking a < b </thin ", "text x</think>"],
    "<think>Hm": ["thinking Hm"],
    "<think>Hm</th": ["thinking Hm</th"],
    "<think>Hm.</think>": ["thinking Hm."],
    "Hi <think>x</think>": ["text Hi <think>x</think>"],
    "`<think>` begins it": ["text `<think>` begins it"],
    "```\n<think>x</think>\n```": ["text ```\n<think>x</think>\n```"],
    "<thinking>x": ["text <thinking>x"],
    "<thi": ["text <thi"],
    "  \n": ["text   \n"],
    " " * 100 + "<think>x": ["text " + " " * 100 + "<think>x"],
    "<think>x</think><think>y</think>": ["thinking x", "text <think>y</think>"],
}
BEGUN = {
    "Hm.</think>\nHi": ["thinking Hm.", "text Hi"],
    "<think>Hm.</think>Hi": ["thinking Hm.", "text Hi"],
    "Hm": ["thinking Hm"],
    "<t": ["thinking <t"],
    " " * 100 + "x</think>y": ["thinking x", "text y"],
}
CASES = [(said, told_, False) for said, told_ in INLINE.items()] + [
    (said, told_, True) for said, told_ in BEGUN.items()
]


@pytest.mark.parametrize(("said", "expected", "begun"), CASES)
async def test_thinking_in_the_text(said: str, expected: list[str], begun: bool) -> None:
    by = rules(begins_thinking=begun)
    assert told(await read(text(said), finish(), by=by)) == [*expected, "finished stop"]
    assert told(await read(*map(text, said), finish(), by=by)) == [*expected, "finished stop"]


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "th", "ink>", "/", "\n", " ", "x", "<think", "é"])), st.data()
)
async def test_any_cutting_gives_the_same(parts: list[str], data: st.DataObject) -> None:
    said = "".join(parts)
    cuts = sorted({0, len(said), *data.draw(st.lists(st.integers(0, len(said))))})
    pieces = [text(said[start:end]) for start, end in itertools.pairwise(cuts)]
    by = rules(begins_thinking=data.draw(st.booleans()))
    assert told(await read(*pieces, finish(), by=by)) == told(await read(text(said), finish(), by=by))


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content", "thinking"])
async def test_a_server_that_keeps_it_apart_means_a_tag_in_the_text_as_text(field: str) -> None:
    found = await read(text(""), delta(**{field: "Hm."}), text("<think>x"), finish(), by=rules(begins_thinking=True))
    assert told(found) == ["thinking Hm.", "text <think>x", "finished stop"]


async def test_what_is_held_back_is_not_lost_when_the_stream_breaks() -> None:
    assert told(await read(text("<thi"))) == ["text <thi", "error incomplete"]

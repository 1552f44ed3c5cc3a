"""How much goes: enough, at most half of the room beyond it, and the same from turn to turn."""

from collections.abc import Iterable
from itertools import chain, cycle, pairwise, repeat

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from inhouse.context.plan import Plan, grid_step
from inhouse.domain.conversation import ChatRequest, Message, Role, Tool
from tests.unit.context.conversations import ANYTHING, TURN, text


def plan(*messages: Message, tools: tuple[Tool, ...] = ()) -> Plan:
    return Plan.of(ChatRequest("r1", messages, tools=tools))


@given(ANYTHING, st.integers(0, 3000))
def test_what_goes_is_enough_and_hardly_more(messages: tuple[Message, ...], room: int) -> None:
    found = plan(*messages)
    gone = found.gone_for(room)
    everything = len(found.blocks)
    assert found.tokens(gone) <= room or gone == everything
    if gone and found.tokens(gone - 1) <= room:  # the last one went for the grid
        assert room - found.tokens(gone) <= max(2, (room - found.head) / 2)


@given(ANYTHING)
def test_nothing_goes_from_what_fits(messages: tuple[Message, ...]) -> None:
    found = plan(*messages)
    assert found.gone_for(found.tokens()) == 0


def places(turns: Iterable[list[Message]], rooms: Iterable[float]) -> list[int]:
    """Where the prompt begins, turn by turn."""
    conversation: list[Message] = [text(Role.SYSTEM)]
    found: list[int] = []
    for turn, room in zip(turns, rooms, strict=False):
        conversation += turn
        found.append(plan(*conversation, text(Role.USER)).gone_for(room))
    return found


@settings(max_examples=10, phases=(Phase.generate,))
@given(st.lists(TURN, min_size=20, max_size=30))
def test_a_growing_conversation_rarely_moves_its_beginning(turns: list[list[Message]]) -> None:
    """At most every third of many turns moves it: else no prefix cache would ever hit."""
    room = plan(*chain(*turns)).tokens() * 5 / 4
    found = places(turns * 5, repeat(room))
    assert all(before <= after for before, after in pairwise(found))
    assert found[-1] > len(found) / 2
    assert len(set(found)) - 1 <= len(found) / 3


def test_a_room_that_is_measured_anew_each_time_moves_it_no_more() -> None:
    turns = [[text(Role.USER, 20), text(Role.ASSISTANT, 40)]] * 150
    found = places(turns, cycle((1990, 2030, 2000, 2050)))
    moves = sum(before != after for before, after in pairwise(found))
    assert found[-1] > 100
    assert moves <= 1.5 * (len(set(places(turns, repeat(2000)))) - 1)


@pytest.mark.parametrize(("room", "step"), [(-5, 1), (0, 1), (3, 1), (16, 4), (1000, 128), (1024, 256), (8192, 2048)])
def test_grid(room: float, step: int) -> None:
    assert grid_step(room) == step


def test_tools_take_their_place() -> None:
    tool = Tool("f", "Does something.", {"type": "object", "properties": {"x": {"type": "string"}}})
    question = text(Role.USER)
    assert plan(question, tools=(tool,)).tokens() > plan(question).tokens() + 150
    assert plan(question, tools=(tool, tool)).tokens() > plan(question, tools=(tool,)).tokens() + 20

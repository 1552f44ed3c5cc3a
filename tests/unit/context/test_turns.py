"""What may be left out of a conversation, and in which order."""

import pytest
from hypothesis import given

from inhouse.context.turns import droppable
from inhouse.domain.conversation import Message, Role, TextPart, ToolResultPart
from tests.unit.context.conversations import ANYTHING, calls, pairs, results, text

SYSTEM, USER, ASSISTANT = text(Role.SYSTEM), text(Role.USER), text(Role.ASSISTANT)
EMPTY = Message(Role.USER, ())
BOTH = Message(Role.USER, (ToolResultPart("a", "x"), TextPart("and now this")))


@pytest.mark.parametrize(
    ("messages", "blocks"),
    [
        ([], ()),
        ([SYSTEM], ()),
        ([USER], ()),
        ([EMPTY, ASSISTANT, USER], ((0, 1),)),
        ([SYSTEM, SYSTEM, USER, ASSISTANT, USER], ((2, 3),)),
        ([ASSISTANT, USER, ASSISTANT, USER], ((0,), (1, 2))),
        ([USER, USER, USER], ((0,), (1,))),
        ([USER, SYSTEM, ASSISTANT, USER], ((0, 2),)),
        ([USER, calls("a"), results("a"), ASSISTANT, USER], ((0, 1, 2, 3),)),
    ],
)
def test_turns(messages: list[Message], blocks: object) -> None:
    assert droppable(messages) == blocks


@pytest.mark.parametrize(
    ("messages", "blocks"),
    [
        ([USER, calls("a"), results("a")], ()),
        ([USER, calls("a"), results("a"), calls("b"), results("b")], ((1, 2),)),
        ([USER, calls("a", "b"), results("b"), results("a"), calls("c"), results("c")], ((1, 2, 3),)),
        ([USER, ASSISTANT, USER, calls("a"), results("a"), calls("a"), results("a")], ((0, 1), (3, 4))),
        ([USER, calls("a"), results("a", role=Role.USER), calls("b"), results("b", role=Role.USER)], ((1, 2),)),
    ],
)
def test_an_agents_older_steps_go_after_all_other_turns(messages: list[Message], blocks: object) -> None:
    assert droppable(messages) == blocks


def test_a_new_question_together_with_a_result_stays_with_its_call() -> None:
    assert droppable([USER, ASSISTANT, USER, calls("a"), BOTH, ASSISTANT]) == ((0, 1),)


def test_a_result_without_a_call_and_a_call_without_a_result_go_with_their_turn() -> None:
    assert droppable([results("z"), USER, calls("a"), USER, ASSISTANT, USER]) == ((0,), (1, 2), (3, 4))


@given(ANYTHING)
def test_pairs_stay_together_and_what_has_to_stay_stays(messages: tuple[Message, ...]) -> None:
    blocks = droppable(messages)
    gone = [at for block in blocks for at in block]
    assert len(gone) == len(set(gone))
    assert all(messages[at].role is not Role.SYSTEM for at in gone)
    questions = [
        at
        for at, each in enumerate(messages)
        if each.role is Role.USER and not (each.parts and all(isinstance(part, ToolResultPart) for part in each.parts))
    ]
    assert not questions or questions[-1] not in gone
    for count in range(len(blocks) + 1):
        left_out = {at for block in blocks[:count] for at in block}
        assert all((call in left_out) == (result in left_out) for call, result in pairs(messages))

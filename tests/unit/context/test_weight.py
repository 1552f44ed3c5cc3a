"""Every piece of a prompt costs something where it can only be estimated, and what is not sent costs nothing."""

import pytest

from inhouse.context.images import LEAST_TOKENS
from inhouse.context.weight import count_chars, estimate_frame, estimate_message
from inhouse.domain.conversation import (
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)

EMPTY = Message(Role.USER, ())


@pytest.mark.parametrize(
    ("part", "at_least"),
    [
        (TextPart("one two"), 2),
        (ImagePart("image/png", "AAAA"), LEAST_TOKENS),
        (ToolCallPart("1", "read_file", {"path": "src/main.py"}), 20),
        (ToolCallPart("1", "f", {"path": "\ud83d", "n": 2**70}), 30),
        (ToolResultPart("1", "one two"), 10),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_part(part: Part, at_least: int) -> None:
    assert estimate_message(Message(Role.USER, (part,))) >= estimate_message(EMPTY) + at_least


def test_thinking_is_not_sent_back() -> None:
    assert estimate_message(Message(Role.ASSISTANT, (ThinkingPart("long " * 100),))) == estimate_message(EMPTY) > 0


def test_a_longer_schema_costs_more() -> None:
    tools = [Tool("f", "d", {"type": "object", "properties": {f"p{i}": True for i in range(n)}}) for n in (0, 5)]
    assert 0 < estimate_frame(()) < estimate_frame((tools[0],)) < estimate_frame((tools[1],))


def test_characters_are_those_of_the_text() -> None:
    assert count_chars((EMPTY, Message(Role.USER, (TextPart("abc"), ThinkingPart("d"), TextPart("ef"))))) == 5

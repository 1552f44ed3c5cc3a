"""Conversations as a generator makes them: with tool calls, cut-off ones, and system messages in between."""

from collections.abc import Sequence

from hypothesis import strategies as st

from inhouse.domain.conversation import Message, Part, Role, TextPart, ToolCallPart, ToolResultPart

WORDS = st.integers(1, 120).map(lambda count: TextPart("word " * count))
IDS = st.sampled_from(["call_0", "call_1", "a"])


def text(role: Role, words: int = 1) -> Message:
    return Message(role, (TextPart("word " * words),))


def calls(*ids: str) -> Message:
    return Message(Role.ASSISTANT, tuple(ToolCallPart(each, "f", {"x": 1}) for each in ids))


def results(*ids: str, role: Role = Role.TOOL) -> Message:
    return Message(role, tuple(ToolResultPart(each, "word " * 20) for each in ids))


def message(role: Role, *parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Message]:
    return st.lists(st.one_of(parts), max_size=3).map(lambda made: Message(role, tuple(made)))


RESULTS = st.builds(ToolResultPart, IDS, st.just("word " * 20))
CALLS = st.builds(ToolCallPart, IDS, st.just("f"), st.just({"x": 1}))

ANYTHING = st.lists(
    st.one_of(
        message(Role.SYSTEM, WORDS),
        message(Role.USER, WORDS, RESULTS),
        message(Role.ASSISTANT, WORDS, CALLS),
        message(Role.TOOL, RESULTS),
    ),
    max_size=25,
).map(tuple)
"""Also what no client should send."""


def answers(ids: Sequence[str]) -> list[Message]:
    return [calls(*ids), *(results(each) for each in ids)]


TURN = st.tuples(
    st.integers(1, 120).map(lambda words: [text(Role.USER, words)]),
    st.lists(st.lists(IDS, min_size=1, max_size=3, unique=True).map(answers), max_size=3),
    st.integers(1, 120).map(lambda words: [text(Role.ASSISTANT, words)]),
).map(lambda parts: [*parts[0], *(message for step in parts[1] for message in step), *parts[2]])
"""A question, some steps with tools, an answer."""


def pairs(messages: Sequence[Message]) -> list[tuple[int, int]]:
    """Calls and their results, each result with the newest call of its id before it."""
    found: list[tuple[int, int]] = []
    for at, each in enumerate(messages):
        for part in each.parts:
            if isinstance(part, ToolResultPart):
                made = [
                    before
                    for before in range(at)
                    if any(isinstance(call, ToolCallPart) and call.id == part.id for call in messages[before].parts)
                ]
                found += [(made[-1], at)] if made else []
    return found

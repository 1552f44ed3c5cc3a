"""How long an answer may get: as long as was asked, never longer than what is left, and said before it begins."""

import pytest

from inhouse.context.budget import answer_room, estimate_messages
from inhouse.domain.conversation import ChatRequest, ImagePart, Message, Role, SamplingOptions, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount
from inhouse.domain.models import ContextSource, Count, Model, ModelId, TokenLimits


def room(context: int | None, used: Count | None, wanted: int | None) -> int | None:
    model = Model(ModelId("lab", "m"), context, ContextSource.SERVER, TokenLimits(1, 1), local=True)
    return answer_room(ChatRequest("r1", (), options=SamplingOptions(max_tokens=wanted)), model, used)


def exact(tokens: int) -> Count:
    return Count(tokens, exact=True)


@pytest.mark.parametrize(
    ("context", "used", "wanted", "expected"),
    [
        (1024, exact(1000), None, 24),
        (1024, exact(1000), 10, 10),
        (1024, exact(1000), 500, 24),
        (1024, exact(1023), 500, 1),
        (1024, None, None, None),
        (1024, None, 500, 500),
        (1024, Count(2000, exact=False), 500, 500),
        (None, exact(1000), 500, 500),
    ],
)
def test_room(context: int | None, used: Count | None, wanted: int | None, expected: int | None) -> None:
    assert room(context, used, wanted) == expected


@pytest.mark.parametrize("used", [1024, 1025, 10**6])
def test_no_room_is_an_overflow_with_its_numbers(used: int) -> None:
    with pytest.raises(InhouseError) as caught:
        room(1024, exact(used), 1)
    error = caught.value
    assert (error.kind, error.tokens) == (ErrorKind.CONTEXT_OVERFLOW, TokenCount(used, 1024))
    assert (error.backend, error.model) == ("lab", "lab|m")


def test_every_message_costs_something() -> None:
    empty = Message(Role.USER, ())
    picture = Message(Role.USER, (ImagePart("image/png", "AA=="),))
    words = Message(Role.USER, (TextPart("one"), TextPart("two")))
    assert estimate_messages(()) == 0
    assert 0 < estimate_messages((empty,)) <= estimate_messages((picture,)) < estimate_messages((words,))
    assert estimate_messages((words, words)) == 2 * estimate_messages((words,))

"""What cannot be sent to any model is said before anything is loaded or asked."""

import pytest

from inhouse.context.support import check_supported
from inhouse.domain.conversation import (
    ChatRequest,
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
from inhouse.domain.errors import ErrorKind, InhouseError


@pytest.mark.parametrize(
    "part", [ImagePart("image/png", "AA=="), ToolCallPart("1", "f", {}), ToolResultPart("1", "x")], ids=repr
)
def test_parts_that_cannot_be_sent_yet(part: Part) -> None:
    with pytest.raises(InhouseError) as caught:
        check_supported(ChatRequest("r1", (Message(Role.USER, (part,)),)))
    assert (caught.value.kind, bool(caught.value.hint)) == (ErrorKind.UNSUPPORTED, True)


def test_tools_cannot_be_sent_yet() -> None:
    with pytest.raises(InhouseError) as caught:
        check_supported(ChatRequest("r1", (Message(Role.USER, (TextPart("hi"),)),), tools=(Tool("f", "", {}),)))
    assert caught.value.kind is ErrorKind.UNSUPPORTED


def test_text_and_thinking_can() -> None:
    check_supported(ChatRequest("r1", (Message(Role.USER, (TextPart("hi"), ThinkingPart("hm"))),)))

"""What no model can be sent is said before anything is loaded or asked."""

import base64
from collections.abc import Sequence

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

PICTURE = base64.b64encode(bytes(range(256)) * 40).decode()
CALL, RESULT = ToolCallPart("1", "f", {}), ToolResultPart("1", "x")


def request(*parts: Part, tools: Sequence[str] = ()) -> ChatRequest:
    """Each part in a message of its own."""
    messages = tuple(Message(Role.USER, (part,)) for part in parts)
    return ChatRequest("r1", messages, tools=tuple(Tool(name, "", {}) for name in tools))


def refusal(of: ChatRequest) -> InhouseError:
    with pytest.raises(InhouseError) as caught:
        check_supported(of)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("data", ["", "A", "AAAA AAA", "Ä" * 4, "data:image/png;base64,AAAA", PICTURE[:-4] + "=A=="])
def test_an_images_data_must_be_base64(data: str) -> None:
    assert refusal(request(ImagePart("image/png", data))).kind is ErrorKind.INVALID_REQUEST


@pytest.mark.parametrize("mime_type", ["image/svg+xml", "image/tiff", "text/plain", "", "PNG"])
def test_an_image_must_be_of_a_type_that_models_take(mime_type: str) -> None:
    assert refusal(request(ImagePart(mime_type, PICTURE))).kind is ErrorKind.UNSUPPORTED


@pytest.mark.parametrize("messages", [(RESULT,), (RESULT, CALL), (CALL, ToolResultPart("2", "x"))])
def test_a_result_needs_a_call_before_it(messages: tuple[Part, ...]) -> None:
    error = refusal(request(*messages))
    assert error.kind is ErrorKind.INVALID_REQUEST
    assert "messages." in error.message


@pytest.mark.parametrize("names", [("f", "f"), ("",), ("a b",), ("é",), ("f\n",), ("x" * 65,)])
def test_tool_names(names: tuple[str, ...]) -> None:
    assert refusal(request(TextPart("hi"), tools=names)).kind is ErrorKind.INVALID_REQUEST


def test_a_required_call_needs_tools() -> None:
    asked = ChatRequest("r1", (Message(Role.USER, (TextPart("hi"),)),), tool_choice="required")
    assert refusal(asked).kind is ErrorKind.INVALID_REQUEST


@pytest.mark.parametrize(
    "parts",
    [
        (TextPart("hi"), ThinkingPart("hm")),
        (CALL, RESULT, CALL, RESULT),
        (CALL, TextPart("I stopped it, go on.")),
        (ImagePart("image/jpeg", PICTURE), ImagePart("image/webp", "AAA="), ImagePart("image/gif", "AA==")),
    ],
)
def test_what_can_be_sent(parts: tuple[Part, ...]) -> None:
    check_supported(request(*parts, tools=("f", "mcp__git-log_2", "x" * 64)))

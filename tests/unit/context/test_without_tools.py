"""A conversation with tools, told to a model that has none."""

from inhouse.context.support import check_supported
from inhouse.context.without_tools import without_tools
from inhouse.domain.conversation import (
    ChatRequest,
    ImagePart,
    Message,
    Role,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)

TOOL = Tool("read_file", "Reads a file.", {"type": "object"})
IMAGE = ImagePart("image/png", "iVBORw0KGgo=")
MESSAGES = (
    Message(Role.USER, (TextPart("What is in d.py?"), IMAGE)),
    Message(Role.ASSISTANT, (ThinkingPart("Hm."), ToolCallPart("1", "read_file", {"path": "é.py", "n": 1}))),
    Message(Role.TOOL, (ToolResultPart("1", "print()"),)),
)
TOLD = without_tools(ChatRequest("r1", MESSAGES, tools=(TOOL,), tool_choice="auto", conversation_id="c1"))


def test_no_tool_is_offered_and_the_rest_of_the_request_stays() -> None:
    assert (TOLD.tools, TOLD.tool_choice) == ((), "none")
    assert (TOLD.id, TOLD.conversation_id) == ("r1", "c1")
    check_supported(TOLD)


def test_what_was_called_and_answered_is_told_as_text_in_its_place() -> None:
    assert [message.role for message in TOLD.messages] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert TOLD.messages[1].parts == (
        ThinkingPart("Hm."),
        TextPart('(called read_file with {"path": "é.py", "n": 1})'),
    )
    assert TOLD.messages[2].parts == (TextPart("(the tool answered)\nprint()"),)


def test_what_has_nothing_to_do_with_tools_stays_as_it_is() -> None:
    assert TOLD.messages[0] == MESSAGES[0]
    plain = ChatRequest("r1", MESSAGES[:1])
    assert without_tools(plain).messages == plain.messages

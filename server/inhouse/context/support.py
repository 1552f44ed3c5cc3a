"""What no model can be sent, said before anything is loaded or asked."""

import base64
import binascii
import re
from collections.abc import Iterable

from inhouse.domain.conversation import ChatRequest, ImagePart, Message, Tool, ToolCallPart, ToolResultPart
from inhouse.domain.errors import ErrorKind, InhouseError

IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""OpenAI's rule for function names, which servers that check at all have taken over."""

_PIECE = 4096
"""Characters of base64 that are decoded at each end of an image: enough to see what is no base64 at all."""


def check_supported(request: ChatRequest) -> None:
    """Raises `invalid_request` or `unsupported`. A call without a result is fine: its user may have stopped it."""
    _check_tools(request)
    _check_results(request.messages)
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ImagePart):
                _check_image(part)


def _check_tools(request: ChatRequest) -> None:
    if request.tool_choice == "required" and not request.tools:
        raise _invalid("A tool call is required, but no tool is offered.", "Offer tools, or drop toolChoice.")
    names: set[str] = set()
    for tool in request.tools:
        _check_tool(tool, names)
        names.add(tool.name)


def _check_tool(tool: Tool, before: set[str]) -> None:
    if not TOOL_NAME.fullmatch(tool.name):
        raise _invalid(
            f"The tool name {_short(tool.name)} cannot be sent.",
            "Use 1 to 64 letters, digits, _ and -, without blanks.",
        )
    if tool.name in before:
        raise _invalid(f"The tool {tool.name} is offered twice.", "Give each tool a name of its own.")


def _check_results(messages: Iterable[Message]) -> None:
    calls: set[str] = set()
    for at, message in enumerate(messages):
        for part in message.parts:
            if isinstance(part, ToolResultPart) and part.id not in calls:
                raise _invalid(
                    f"messages.{at} has a result for the tool call {_short(part.id)}, which no message before it made.",
                    "Send a tool's result with the message that called it before, or leave both out.",
                )
        calls |= {part.id for part in message.parts if isinstance(part, ToolCallPart)}


def _check_image(image: ImagePart) -> None:
    if image.mime_type not in IMAGE_TYPES:
        raise InhouseError(
            kind=ErrorKind.UNSUPPORTED,
            message=f"Images of type {_short(image.mime_type)} cannot be sent.",
            hint=f"Convert it to one of {', '.join(IMAGE_TYPES)}.",
        )
    if not _is_base64(image.data):
        raise _invalid("The data of an image is not base64.", "Encode it as RFC 4648 says, without a data: prefix.")


def _is_base64(data: str) -> bool:
    if not data or len(data) % 4:
        return False
    try:
        for piece in (data[:_PIECE], data[-_PIECE:]):
            base64.b64decode(piece, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _invalid(message: str, hint: str) -> InhouseError:
    return InhouseError(kind=ErrorKind.INVALID_REQUEST, message=message, hint=hint)

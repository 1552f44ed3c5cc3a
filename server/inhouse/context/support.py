"""What this version cannot send to any model, said before anything is loaded or asked."""

from inhouse.domain.conversation import ChatRequest, ImagePart, Part, TextPart, ThinkingPart
from inhouse.domain.errors import ErrorKind, InhouseError


def check_supported(request: ChatRequest) -> None:
    """Raises `unsupported`."""
    if request.tools:
        raise _unsupported("tools")
    for message in request.messages:
        for part in message.parts:
            _check_part(part)


def _check_part(part: Part) -> None:
    if isinstance(part, ImagePart):
        raise _unsupported("images")
    if not isinstance(part, TextPart | ThinkingPart):
        raise _unsupported("tools")


def _unsupported(what: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.UNSUPPORTED,
        message=f"This version of Inhouse cannot send {what} to a model yet.",
        hint=f"Send the conversation without {what}.",
    )

"""The messages of one action: a system text that never changes, then project, code and task in this order."""

from dataclasses import dataclass

from inhouse.domain.conversation import Message, Role, TextPart
from inhouse.domain.markdown import fenced

_NOTHING = "The piece is empty: nothing stands at this place yet."


@dataclass(frozen=True, slots=True)
class Request:
    """What goes into the user's message. `project` is the project's own text, `around` is code that is only to be
    read, `piece` the code that it is about."""

    around: str
    piece: str
    task: str
    project: str = ""


def messages(system: str, request: Request) -> tuple[Message, ...]:
    piece = f"The piece:\n{fenced(request.piece)}" if request.piece.strip() else _NOTHING
    parts = [request.project, request.around, piece, request.task]
    text = "\n\n".join(part for part in parts if part)
    return (Message(Role.SYSTEM, (TextPart(system),)), Message(Role.USER, (TextPart(text),)))

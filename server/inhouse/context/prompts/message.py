"""The messages of one action: a system text that never changes, then project, code and task in this order."""

from dataclasses import dataclass

from inhouse.domain.conversation import Message, Role, TextPart
from inhouse.domain.fence import fenced


@dataclass(frozen=True, slots=True)
class Request:
    """What goes into the user's message. `project` is the project's own text, `around` is code that is only to be
    read, `piece` the code that it is about."""

    around: str
    piece: str
    task: str
    project: str = ""


def messages(system: str, request: Request) -> tuple[Message, ...]:
    parts = [request.project, request.around, f"The piece:\n{fenced(request.piece)}", request.task]
    text = "\n\n".join(part for part in parts if part)
    return (Message(Role.SYSTEM, (TextPart(system),)), Message(Role.USER, (TextPart(text),)))

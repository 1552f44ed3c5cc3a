"""A chat document as the conversation that is sent."""

from collections.abc import Mapping, Sequence

from inhouse.context.chat_document.document import ChatDocument, Turn
from inhouse.context.chat_document.front_matter import FrontMatter
from inhouse.context.chat_document.marks import Ending
from inhouse.domain.conversation import Message, Role, TextPart

Attached = Mapping[Turn, Sequence[TextPart]]

_NOT_WHOLE = {
    Ending.STOPPED: "[The user stopped this answer before its end.]",
    Ending.CUT: "[This answer was cut off before its end.]",
    Ending.FAILED: "[This answer broke off before its end.]",
}


def messages(document: ChatDocument, question: Turn, settings: FrontMatter, attached: Attached) -> tuple[Message, ...]:
    """All up to `question`. An answer that is not whole goes along, so that it can be gone on with, and says so;
    one without any text, and an empty turn, does not."""
    system = [Message(Role.SYSTEM, (TextPart(settings.system),))] if settings.system else []
    turns = document.turns[: document.turns.index(question) + 1]
    return (*system, *(_message(turn, attached.get(turn, ())) for turn in turns if turn.text))


def _message(turn: Turn, attached: Sequence[TextPart]) -> Message:
    if turn.is_question:
        return Message(Role.USER, (TextPart(turn.text), *attached))
    note = f"\n\n{_NOT_WHOLE[turn.ending]}" if turn.ending else ""
    return Message(Role.ASSISTANT, (TextPart(turn.text + note),))

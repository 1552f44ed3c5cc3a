"""The messages of one question: a system text that never changes, then project, code and task in this order."""

from inhouse.domain.conversation import Message, Role, TextPart


def messages(system: str, *parts: str | None) -> tuple[Message, ...]:
    """The user's message has those parts that there are."""
    text = "\n\n".join(part for part in parts if part)
    return (Message(Role.SYSTEM, (TextPart(system),)), Message(Role.USER, (TextPart(text),)))

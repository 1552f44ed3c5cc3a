"""What a request needs of a model beyond chat, to be answered as it was meant."""

from inhouse.domain.conversation import ChatRequest, ImagePart
from inhouse.domain.models import Ability


def needs(request: ChatRequest) -> frozenset[Ability]:
    found: set[Ability] = set()
    if request.tools and request.tool_choice != "none":
        found.add(Ability.TOOLS)
    if any(isinstance(part, ImagePart) for message in request.messages for part in message.parts):
        found.add(Ability.IMAGES)
    return frozenset(found)

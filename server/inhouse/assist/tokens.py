"""How many tokens a text or a conversation has, exactly where the backend can tell."""

from inhouse.assist.session import Session
from inhouse.context.budget import estimate_messages
from inhouse.context.estimate import estimate_tokens
from inhouse.context.support import check_supported
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.models import Count
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import admit, admit_text


async def count_text(session: Session, model: str, text: str, request_id: str) -> Count:
    """Tokens of `text` alone. Raises InhouseError if there is no such model or its backend fails."""
    candidate = await session.router.resolve(model)
    admitted = admit_text(text, request_id, candidate.backend.name, candidate.zone, session.policy)
    count = await candidate.backend.count_text(admitted)
    return count or Count(estimate_tokens(text), exact=False)


async def count_request(session: Session, model: str, request: ChatRequest) -> Count:
    """What `usage.inputTokens` of this request would be."""
    check_supported(request)
    candidate = await session.router.resolve(model)
    admitted = admit(Prompt(request, candidate.model), candidate.zone, session.policy)
    count = await candidate.backend.count_messages(admitted)
    return count or Count(estimate_messages(request.messages), exact=False)

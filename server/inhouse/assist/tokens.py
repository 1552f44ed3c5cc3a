"""How many tokens a text or a conversation has, exactly where the backend can tell."""

from inhouse.assist import fitting
from inhouse.assist.measure import measure
from inhouse.assist.session import Session
from inhouse.context.support import check_supported
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.models import Count
from inhouse.governance.admission import admit_text


async def count_text(session: Session, model: str, text: str, request_id: str) -> Count:
    """Tokens of `text` alone. Raises InhouseError if there is no such model or its backend fails."""
    candidate = await session.router.resolve(model)
    admitted = admit_text(text, request_id, candidate.backend.name, candidate.zone, session.policy, session.redactor)
    count = await candidate.backend.count_text(admitted)
    if count is not None:
        return count
    return await (await measure(session, candidate.model.id)).text(text)


async def count_request(session: Session, model: str, request: ChatRequest) -> Count:
    """What `usage.inputTokens` of this request would be, if nothing had to be left out."""
    check_supported(request)
    candidate = await session.router.resolve(model)
    return await fitting.count(session, request, candidate)

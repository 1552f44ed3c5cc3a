"""The models that the settings choose, as far as whoever wrote them may."""

from inhouse.assist.session import Session
from inhouse.config.load import LayerName
from inhouse.domain.models import Zone
from inhouse.inference.fill_route import fill_candidate as fill_candidate_of
from inhouse.inference.route import AUTO, Candidate


async def default_model(session: Session) -> str:
    """An id or `auto`, for a request that names none."""
    return await _chosen(session, "model", session.config.model)


async def review_model(session: Session) -> str:
    """An id or `auto`, for a review that names none."""
    wanted = session.config.review.model
    return (wanted and await _chosen(session, "review.model", wanted)) or await default_model(session)


async def fill_candidate(session: Session) -> Candidate:
    """Who completes code (`completion_model`); raises InhouseError if nobody can."""
    wanted = await _chosen(session, "completion_model", session.config.completion_model)
    chat_model = await default_model(session) if wanted == AUTO else AUTO
    return await fill_candidate_of(session.router, wanted, chat_model)


async def _chosen(session: Session, setting: str, wanted: str) -> str:
    """A repository's own choice counts only while it stays in the house (interface §3)."""
    if wanted == AUTO or session.loaded.provenance.get(setting) is not LayerName.PROJECT:
        return wanted
    async for candidate in session.router.candidates(wanted):
        if isinstance(candidate, Candidate) and candidate.zone is Zone.LOCAL:
            return wanted
        break
    covered = session.loaded.under_project.get(setting)
    return covered if isinstance(covered, str) else AUTO

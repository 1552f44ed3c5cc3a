"""The model of a request that names none."""

from inhouse.assist.session import Session
from inhouse.config.load import LayerName
from inhouse.domain.models import Zone
from inhouse.inference.route import AUTO, Candidate


async def default_model(session: Session) -> str:
    """An id or `auto`. A repository's own choice counts only while it stays in the house (interface §3)."""
    wanted = session.config.model
    if wanted == AUTO or session.loaded.provenance.get("model") is not LayerName.PROJECT:
        return wanted
    async for candidate in session.router.candidates(wanted):
        if isinstance(candidate, Candidate) and candidate.zone is Zone.LOCAL:
            return wanted
        break
    covered = session.loaded.under_project.get("model")
    return covered if isinstance(covered, str) else AUTO

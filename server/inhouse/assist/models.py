"""What models there are."""

from inhouse.assist.default_model import default_model
from inhouse.assist.fallback import may_pass_over
from inhouse.assist.session import Session
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import ModelId, ModelList, Problem
from inhouse.inference.route import Candidate
from inhouse.inference.waiting import hurried


async def list_models(session: Session, *, refresh: bool) -> ModelList:
    """All models of all backends; a backend that fails is a problem, not a failure.

    An embedded model that was never pulled is a problem only where there is no other backend.
    """
    with hurried():
        entries = await session.catalog.entries(refresh=refresh)
        default = await default_id(session)
    models = tuple(model for entry in entries.values() for model in entry.models)
    failures = [(name, entry.failure) for name, entry in entries.items() if entry.failure is not None]
    problems = tuple(
        _problem(name, failure)
        for name, failure in failures
        if failure.kind is not ErrorKind.NO_BACKEND or len(entries) == 1
    )
    return ModelList(models, default, problems)


async def default_id(session: Session) -> ModelId | None:
    """The model that a request without one would go to first, or None if there is none now."""
    wanted = await default_model(session)
    passed = False
    async for candidate in session.router.candidates(wanted):
        if isinstance(candidate, Candidate):
            return candidate.model.id
        if not passed and not may_pass_over(session, candidate, wanted):
            return None
        passed = True
    return None


def _problem(name: str, failure: InhouseError) -> Problem:
    return Problem(name, failure.kind, failure.message, failure.hint)

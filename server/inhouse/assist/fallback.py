"""When another backend may answer in place of the one that failed (interface §3, *Fallback*)."""

from inhouse.assist.session import Session
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.route import AUTO

FALLBACK_KINDS = frozenset(
    {ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.OVERLOADED, ErrorKind.LOADING, ErrorKind.SERVER_ERROR}
)
"""Failures that another backend may not share."""


def may_move_on(session: Session, failure: InhouseError) -> bool:
    """Whether the next candidate may try after this one has failed."""
    return session.config.routing.fallback and failure.kind in FALLBACK_KINDS


def may_pass_over(session: Session, failure: InhouseError, wanted: str) -> bool:
    """Whether one that could not even be asked is passed over: `auto` wishes for nobody with nothing to offer, and for
    nobody in the cloud behind an air gap."""
    nothing_to_offer = failure.kind in (ErrorKind.NO_BACKEND, ErrorKind.POLICY) or failure.refused is not None
    return (wanted == AUTO and nothing_to_offer) or may_move_on(session, failure)

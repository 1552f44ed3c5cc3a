"""Which requests a session takes in which phase (LSP 3.17, life cycle)."""

from enum import Enum, auto

from inhouse.lsp.jsonrpc import Code, Refused, Request


class Phase(Enum):
    NEW = auto()
    INITIALIZING = auto()
    READY = auto()
    SHUT_DOWN = auto()


NEXT_PHASE = {"initialize": Phase.INITIALIZING, "shutdown": Phase.SHUT_DOWN}
"""Entered when the request is admitted, so that what follows it on the wire is judged by it."""


def refusal(phase: Phase, request: Request) -> Refused | None:
    """Why a request does not even reach its handler; None lets it through."""
    first = request.method == "initialize"
    if phase is Phase.SHUT_DOWN:
        return Refused(Code.INVALID_REQUEST, "The server is shutting down.", request.id)
    if phase is Phase.NEW and not first:
        return Refused(Code.NOT_INITIALIZED, "The first request must be initialize.", request.id)
    if phase is Phase.READY and first:
        return Refused(Code.INVALID_REQUEST, "The server is initialized already.", request.id)
    return None

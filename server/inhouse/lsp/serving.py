"""What handlers of ours are given: what lives as long as the connection, and a command's argument."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lsprotocol import types

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp.findings import Findings
from inhouse.lsp.jobs import Jobs
from inhouse.lsp.selected_model import SelectedModel
from inhouse.lsp.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Serving:
    """What lives as long as the connection. `ready` waits for the first session, with the client's settings in it.
    `suggestions` are kept apart from `jobs`, by which a chat document knows that it is being answered."""

    sessions: Sessions
    jobs: Jobs
    suggestions: Jobs
    selected: SelectedModel
    findings: Findings
    ready: Callable[[], Awaitable[None]]


def argument(params: types.ExecuteCommandParams) -> object:
    """The one argument of a command of ours, or None; raises `invalid_request` for more."""
    given = params.arguments or []
    if len(given) > 1:
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"{params.command} takes one argument, an object, and got {len(given)}.",
            hint="The shapes are in docs/protocol.md.",
        )
    return given[0] if given else None

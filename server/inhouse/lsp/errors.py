"""The one table from what a handler raises to what the client is told."""

import asyncio
from dataclasses import dataclass

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp.jsonrpc import Code

CODES = {kind: Code.REQUEST_FAILED for kind in ErrorKind} | {
    ErrorKind.INVALID_REQUEST: Code.INVALID_PARAMS,
    ErrorKind.CANCELLED: Code.REQUEST_CANCELLED,
    ErrorKind.INTERNAL: Code.INTERNAL_ERROR,
}


@dataclass(frozen=True, slots=True)
class ErrorReply:
    code: Code
    message: str
    data: dict[str, object]


def to_reply(error: BaseException, request_id: str) -> ErrorReply:
    """`request_id` is the one in the log; an error that carries one of its own keeps it."""
    return _reply(_known(error, request_id), request_id)


def _known(error: BaseException, request_id: str) -> InhouseError:
    if isinstance(error, InhouseError):
        return error
    if isinstance(error, asyncio.CancelledError):
        return InhouseError(kind=ErrorKind.CANCELLED, message="The request was cancelled.")
    return InhouseError(
        kind=ErrorKind.INTERNAL,
        message=f"Inhouse made a mistake; the log has the details under request {request_id}.",
        hint="Please report it with the log.",
    )


def _reply(error: InhouseError, request_id: str) -> ErrorReply:
    tokens = error.tokens and {"input": error.tokens.input, "limit": error.tokens.limit}
    data: dict[str, object] = {
        "kind": error.kind.value,
        "backend": error.backend,
        "model": error.model,
        "status": error.status,
        "retryAfter": error.retry_after,
        "tokens": tokens,
        "hint": error.hint,
        "requestId": error.request_id or request_id,
    }
    known = {key: value for key, value in data.items() if value is not None}
    return ErrorReply(CODES[error.kind], error.message, known)

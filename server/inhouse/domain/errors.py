"""The one family of errors: each has a kind from a closed list, one sentence for the user, and a hint."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong, in the public interface's words (`data.kind` of an LSP error)."""

    NO_BACKEND = "no_backend"
    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    MODEL_NOT_FOUND = "model_not_found"
    CONTEXT_OVERFLOW = "context_overflow"
    OVERLOADED = "overloaded"
    LOADING = "loading"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    INCOMPLETE = "incomplete"
    BAD_RESPONSE = "bad_response"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    POLICY = "policy"
    INVALID_REQUEST = "invalid_request"
    INVALID_CONFIG = "invalid_config"
    BUSY = "busy"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


class Refusal(StrEnum):
    """What a server cannot do with this model, though another way of asking may work (kind `unsupported`)."""

    TOOLS = "tools"
    CHAT_TEMPLATE = "chat template"
    IMAGES = "images"


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of what does not fit, and the context length it had to fit into.

    Where a server says it, `input` may be a floor (vLLM), or count the answer that was asked for too (TGI).
    """

    input: int
    limit: int


@dataclass(eq=False, kw_only=True)
class InhouseError(Exception):
    """A failure that somebody can understand and act on.

    `message` is one sentence without class names, our paths, header values or keys; `hint` says what to do.
    `status` is the backend's HTTP status, `retry_after` is in seconds. `unsent` is True where the backend cannot have
    begun on the request, because no connection came about. `stand_in` is the id of the embedded model, where it could
    answer instead and was not let.
    """

    kind: ErrorKind
    message: str
    hint: str = ""
    backend: str | None = None
    model: str | None = None
    status: int | None = None
    retry_after: float | None = None
    tokens: TokenCount | None = None
    refused: Refusal | None = None
    request_id: str | None = None
    unsent: bool = False
    stand_in: str | None = None

    def __str__(self) -> str:
        return self.message

"""What the program's exit code says (interface §2)."""

from inhouse.domain.errors import ErrorKind

DONE = 0
FOUND = 1
"""A failed check."""
USAGE = 2
"""Wrong usage or configuration, unreadable input or output."""
BACKEND = 3
"""A backend or a download failed."""
POLICY = 4
BUG = 70
INTERRUPTED = 130

EXIT_CODES = {
    ErrorKind.NO_BACKEND: BACKEND,
    ErrorKind.UNREACHABLE: BACKEND,
    ErrorKind.UNAUTHORIZED: BACKEND,
    ErrorKind.FORBIDDEN: BACKEND,
    ErrorKind.MODEL_NOT_FOUND: USAGE,
    ErrorKind.CONTEXT_OVERFLOW: USAGE,
    ErrorKind.OVERLOADED: BACKEND,
    ErrorKind.LOADING: BACKEND,
    ErrorKind.SERVER_ERROR: BACKEND,
    ErrorKind.TIMEOUT: BACKEND,
    ErrorKind.INCOMPLETE: BACKEND,
    ErrorKind.BAD_RESPONSE: BACKEND,
    ErrorKind.TOO_LARGE: BACKEND,
    ErrorKind.UNSUPPORTED: USAGE,
    ErrorKind.POLICY: POLICY,
    ErrorKind.INVALID_REQUEST: USAGE,
    ErrorKind.INVALID_CONFIG: USAGE,
    ErrorKind.BUSY: BACKEND,
    ErrorKind.CANCELLED: INTERRUPTED,
    ErrorKind.INTERNAL: BUG,
}

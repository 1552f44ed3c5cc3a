"""Scripts and CI decide by the exit code (interface §2)."""

from inhouse.cli.exit_codes import EXIT_CODES
from inhouse.domain.errors import ErrorKind

USAGE = {"invalid_request", "invalid_config", "model_not_found", "context_overflow", "unsupported"}


def test_every_kind_of_error_has_the_exit_code_of_the_interface() -> None:
    def expected(kind: ErrorKind) -> int:
        if kind.value in USAGE:
            return 2
        return {"policy": 4, "internal": 70, "cancelled": 130}.get(kind.value, 3)

    assert {kind: expected(kind) for kind in ErrorKind} == EXIT_CODES

"""LSP's diagnostics to the core's, from lsprotocol's types and from our own params alike."""

from collections.abc import Sequence
from typing import Protocol

from inhouse.domain.code import Diagnostic, Related, Severity
from inhouse.lsp.documents import Encoding
from inhouse.lsp.places import Area, line_range, to_span

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFORMATION, Severity.HINT)


class Reported(Protocol):
    @property
    def range(self) -> Area: ...

    @property
    def message(self) -> str: ...

    @property
    def severity(self) -> int | None: ...

    @property
    def code(self) -> int | str | None: ...

    @property
    def source(self) -> str | None: ...


def to_diagnostic(
    found: Reported, lines: Sequence[str], encoding: Encoding, related: tuple[Related, ...] = ()
) -> Diagnostic:
    """Without a severity it counts as an error: what it is then is left to the client (LSP 3.17, Diagnostic)."""
    severity = found.severity or 1
    return Diagnostic(
        span=to_span(lines, line_range(found.range), encoding),
        message=found.message,
        severity=_SEVERITIES[severity - 1] if 1 <= severity <= len(_SEVERITIES) else Severity.ERROR,
        code="" if found.code is None else str(found.code),
        source=found.source or "",
        related=related,
    )

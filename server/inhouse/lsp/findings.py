"""The findings that the client shows as diagnostics: they follow their lines, and go with them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lsprotocol import types

from inhouse.domain.code import Diagnostic, Position, SourceFile, Span
from inhouse.domain.findings import Finding, FindingSeverity
from inhouse.lsp import uris
from inhouse.lsp.client import Client
from inhouse.lsp.documents import Documents, Encoding
from inhouse.lsp.places import to_range

SOURCE = "inhouse"

QUIET = 0.3
"""Seconds after a change before its findings are looked at: while somebody types, the client moves them itself."""

_SEVERITIES = {
    FindingSeverity.ERROR: types.DiagnosticSeverity.Error,
    FindingSeverity.WARNING: types.DiagnosticSeverity.Warning,
    FindingSeverity.INFO: types.DiagnosticSeverity.Information,
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of one document, in terms of these lines."""

    uri: str
    lines: Sequence[str]
    findings: tuple[Finding, ...]


class Findings:
    """By document. A document's findings are cleared when it is closed or reviewed again."""

    def __init__(self, client: Client, documents: Documents) -> None:
        self._client = client
        self._documents = documents
        self._shown: dict[str, _Shown] = {}
        self._following: dict[str, asyncio.Task[None]] = {}

    async def show(self, file: SourceFile, findings: Sequence[Finding]) -> None:
        """In the place of what was shown. `file` is as it was reviewed; lines that have changed since lose theirs."""
        shown = _Shown(file.uri, file.lines, tuple(findings))
        document = self._documents.get(file.uri)
        if document is not None:
            shown = await asyncio.to_thread(_followed, shown, document.lines)
        self._shown[uris.key(file.uri)] = shown
        self._publish(shown)

    def suggestion(self, uri: str, diagnostic: Diagnostic) -> str:
        """Of the finding that a client hands back as a diagnostic; empty where it has none."""
        shown = self._shown.get(uris.key(uri))
        if shown is None or diagnostic.source != SOURCE:
            return ""
        found = (each.suggestion or "" for each in shown.findings if message(each) == diagnostic.message)
        return next(found, "")

    def touched(self, uri: str) -> None:
        """A document was opened, changed or closed."""
        key = uris.key(uri)
        shown = self._shown.get(key)
        if shown is None:
            return
        if self._documents.get(uri) is None:
            del self._shown[key]
            self._publish(replace(shown, findings=()))
        elif key not in self._following:
            task = asyncio.create_task(self._follow(key))
            self._following[key] = task
            task.add_done_callback(lambda _: self._following.pop(key))

    async def _follow(self, key: str) -> None:
        while True:
            await asyncio.sleep(QUIET)
            shown = self._shown.get(key)
            document = None if shown is None else self._documents.get(shown.uri)
            if shown is None or document is None or document.lines == shown.lines:
                return
            now = await asyncio.to_thread(_followed, shown, document.lines)
            if self._shown.get(key) is shown:  # and was not reviewed anew meanwhile
                self._shown[key] = now
                if now.findings != shown.findings:
                    self._publish(now)

    def _publish(self, shown: _Shown) -> None:
        document = self._documents.get(shown.uri)
        diagnostics = [to_diagnostic(each, shown.lines, self._documents.encoding) for each in shown.findings]
        version = None if document is None else document.version
        params = types.PublishDiagnosticsParams(uri=shown.uri, diagnostics=diagnostics, version=version)
        self._client.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)


def range_of(finding: Finding, lines: Sequence[str], encoding: Encoding) -> types.Range:
    """Its whole lines, without the end of the last one."""
    end = len(lines[finding.last].rstrip("\r\n"))
    return to_range(lines, Span(Position(finding.first, 0), Position(finding.last, end)), encoding)


def message(finding: Finding) -> str:
    said_already = finding.explanation.startswith(finding.title)
    return finding.explanation if said_already else f"{finding.title}\n{finding.explanation}".strip()


def to_diagnostic(finding: Finding, lines: Sequence[str], encoding: Encoding) -> types.Diagnostic:
    return types.Diagnostic(
        range=range_of(finding, lines, encoding),
        message=message(finding),
        severity=_SEVERITIES[finding.severity],
        code=finding.category.value,
        source=SOURCE,
    )


def _followed(shown: _Shown, lines: Sequence[str]) -> _Shown:
    from inhouse.context.rebase import kept_lines, shift_of

    if lines == shown.lines:
        return replace(shown, lines=lines)
    kept = kept_lines(shown.lines, lines)
    moved = (
        replace(each, first=each.first + by, last=each.last + by)
        for each in shown.findings
        if (by := shift_of(kept, each.first, each.last)) is not None
    )
    return _Shown(shown.uri, lines, tuple(moved))

"""Findings and reports in the public interface's JSON shapes (interface §4.3)."""

from collections.abc import Callable, Iterable

from inhouse.assist.shapes import Shape
from inhouse.domain.findings import Coverage, Dropped, Finding, Report

VERSION = 1
"""Of the report's shape."""

Placed = Callable[[Finding], Shape]
"""Where a finding is, as whoever asks counts: the members `uri` and `range`."""


def finding_value(finding: Finding, placed: Placed) -> Shape:
    suggestion: Shape = {} if finding.suggestion is None else {"suggestion": finding.suggestion}
    return {
        **placed(finding),
        "severity": finding.severity.value,
        "category": finding.category.value,
        "title": finding.title,
        "explanation": finding.explanation,
        **suggestion,
        "confidence": round(finding.confidence, 3),
        "fingerprint": finding.fingerprint,
    }


def report_value(report: Report, findings: Iterable[Finding], placed: Placed) -> Shape:
    """`findings`: none where they were streamed."""
    return {
        "version": VERSION,
        "model": report.model,
        "backend": report.backend,
        "findings": [finding_value(each, placed) for each in findings],
        "suppressed": 0,
        "coverage": _coverage(report.coverage),
        "dropped": _dropped(report.dropped),
    }


def _coverage(coverage: Coverage) -> Shape:
    return {
        "files": coverage.files,
        "hunks": coverage.hunks,
        "skipped": [{"path": each.path, "reason": each.reason} for each in coverage.skipped],
        "notReviewed": [
            {"path": each.path, "hunks": each.hunks, "reason": each.reason} for each in coverage.not_reviewed
        ],
    }


def _dropped(dropped: Dropped) -> Shape:
    return {
        "outOfDiff": dropped.out_of_diff,
        "lowConfidence": dropped.low_confidence,
        "duplicate": dropped.duplicate,
        "overLimit": dropped.over_limit,
    }

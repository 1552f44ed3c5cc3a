"""Which findings are worth being shown: sure ones, each once, the worst of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inhouse.domain.findings import Dropped, Finding, FindingSeverity

_WORST_FIRST = {severity: rank for rank, severity in enumerate(FindingSeverity)}


@dataclass(frozen=True, slots=True)
class Sifted:
    """`findings`: the worst first."""

    findings: tuple[Finding, ...]
    dropped: Dropped


def sift(findings: Iterable[Finding], elsewhere: int, min_confidence: float, max_findings: int) -> Sifted:
    """`elsewhere`: how many were dropped already because of where they point."""
    everything = tuple(findings)
    sure = [each for each in everything if each.confidence >= min_confidence]
    once: list[Finding] = []
    for each in sorted(sure, key=_rank):
        if not any(_same(each, other) for other in once):
            once.append(each)
    return Sifted(
        tuple(once[:max_findings]),
        Dropped(
            out_of_diff=elsewhere,
            low_confidence=len(everything) - len(sure),
            duplicate=len(sure) - len(once),
            over_limit=max(0, len(once) - max_findings),
        ),
    )


def new_ones(findings: Sequence[Finding], known: Iterable[Finding]) -> tuple[Finding, ...]:
    there = set(known)
    return tuple(each for each in findings if each not in there)


def _rank(finding: Finding) -> tuple[int, float, str, int, int]:
    return _WORST_FIRST[finding.severity], -finding.confidence, finding.uri, finding.first, finding.last


def _same(one: Finding, other: Finding) -> bool:
    """Said twice: of one category, and either at the same place or in the same words."""
    if one.uri != other.uri or one.category is not other.category:
        return False
    overlap = one.first <= other.last and other.first <= one.last
    return one.first == other.first or (overlap and one.title.casefold() == other.title.casefold())

"""What a review has found and read so far."""

from collections.abc import Sequence

from inhouse.assist.review.ask import Answered
from inhouse.context.review.read import Reading
from inhouse.context.review.sift import Sifted, sift
from inhouse.domain.findings import Coverage, Finding, NotReviewed, Report, Skipped


class Tally:
    """`parts` counts those that were reviewed, and those that could not be."""

    def __init__(self, skipped: Sequence[Skipped], min_confidence: float, max_findings: int) -> None:
        self._skipped = list(skipped)
        self._min_confidence = min_confidence
        self._max_findings = max_findings
        self._findings: list[Finding] = []
        self._elsewhere = 0
        self._files: dict[str, int] = {}
        self._missed: dict[tuple[str, str], int] = {}
        self._model = self._backend = ""

    @property
    def reviewed(self) -> int:
        """Parts."""
        return sum(self._files.values())

    @property
    def parts(self) -> int:
        return self.reviewed + sum(self._missed.values())

    @property
    def sifted(self) -> Sifted:
        return sift(self._findings, self._elsewhere, self._min_confidence, self._max_findings)

    def is_by(self, answered: Answered) -> bool:
        """Whether it comes from the model that reviews, which the first readable answer decides."""
        return self._model in ("", answered.model)

    def add(self, name: str, answered: Answered, reading: Reading) -> None:
        self._model, self._backend = answered.model, answered.backend
        self._files[name] = self._files.get(name, 0) + 1
        self._findings += reading.findings
        self._elsewhere += reading.elsewhere

    def miss(self, name: str, reason: str, parts: int = 1) -> None:
        self._missed[name, reason] = self._missed.get((name, reason), 0) + parts

    def skip(self, name: str, reason: str) -> None:
        self._skipped.append(Skipped(name, reason))

    def report(self) -> Report:
        sifted = self.sifted
        missed = (NotReviewed(name, parts, reason) for (name, reason), parts in self._missed.items())
        coverage = Coverage(len(self._files), self.reviewed, tuple(self._skipped), tuple(missed))
        return Report(self._model, self._backend, sifted.findings, coverage, sifted.dropped)

"""One review under way: its findings become diagnostics as they are found, and a report at the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.assist.review.request import Found, PartBegun, ReviewRequest
from inhouse.assist.review.run import review
from inhouse.assist.review.shapes import finding_value, report_value
from inhouse.assist.session import Session
from inhouse.assist.shapes import Shape
from inhouse.context.review.sift import new_ones
from inhouse.domain.code import SourceFile
from inhouse.domain.events import Notice
from inhouse.domain.findings import Finding, Report
from inhouse.lsp import messages, params, stand_in
from inhouse.lsp.findings import range_of
from inhouse.lsp.review_files import read_files
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving
from inhouse.lsp.stages import Stages


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for. Findings are streamed on `token` if there is one."""

    uris: tuple[str, ...]
    model: str | None = None
    token: params.Token | None = None


class ReviewRun:
    def __init__(self, ls: InhouseServer, serving: Serving, session: Session, wanted: Wanted) -> None:
        self._ls = ls
        self._findings = serving.findings
        self._session = session
        self._wanted = wanted
        selected = None if session.config.review.model else serving.selected.id
        self._model = wanted.model or selected
        self._id = ls.request_id
        self._files: dict[str, SourceFile] = {}
        self._shown: dict[str, tuple[Finding, ...]] = {}
        self._streamed: list[Finding] = []
        self._notices: list[str] = []

    async def result(self, stages: Stages) -> Shape:
        """For who has asked in passing: what came of it is told by the diagnostics and one message."""
        report = await self._review(stages)
        self._tell(report)
        return {"outcome": "shown", "reason": summary(report)}

    async def report(self, stages: Stages) -> Shape:
        report = await self._review(stages)
        findings = () if self._wanted.token is not None else report.findings
        return report_value(report, findings, self._placed)

    async def told_report(self, stages: Stages) -> Shape:
        """As for a command, which is given by a person."""
        report = await self._review(stages)
        self._tell(report)
        return report_value(report, report.findings, self._placed)

    async def _review(self, stages: Stages) -> Report:
        reviewed, skipped = await asyncio.to_thread(read_files, self._ls, self._session, self._wanted.uris)
        self._files = {each.file.uri: each.file for each in reviewed}
        request = ReviewRequest(self._id, reviewed, skipped, self._model)
        report = await stand_in.asked(self._ls.client, request, lambda request: self._heard(request, stages))
        for file in self._files.values():
            await self._show(file, report.findings)
        return report

    async def _heard(self, request: ReviewRequest, stages: Stages) -> Report:
        async with review(self._session, request) as steps:
            async for step in steps:
                match step:
                    case Report():
                        return step
                    case PartBegun(name, done, total):
                        stages.begin(f"{name}, part {done + 1} of {total}" if total > 1 else name)
                    case Notice(message):
                        self._notices.append(message)
                    case Found(findings):
                        await self._pass_on(findings)
                    case _:
                        stages.hear(step)
        raise AssertionError("a review ends with a report")

    async def _pass_on(self, findings: Sequence[Finding]) -> None:
        for uri in {each.uri for each in findings} | self._shown.keys():
            await self._show(self._files[uri], findings)
        fresh = new_ones(findings, self._streamed)
        if self._wanted.token is None or not fresh:
            return
        self._streamed += fresh
        value = {"findings": [finding_value(each, self._placed) for each in fresh]}
        self._ls.client.progress(self._wanted.token, value)
        await self._ls.client.drained()

    async def _show(self, file: SourceFile, findings: Sequence[Finding]) -> None:
        own = tuple(each for each in findings if each.uri == file.uri)
        if self._shown.get(file.uri) != own:
            self._shown[file.uri] = own
            await self._findings.show(file, own)

    def _placed(self, finding: Finding) -> Shape:
        lines = self._files[finding.uri].lines
        return {"uri": finding.uri, "range": range_of(finding, lines, self._ls.documents.encoding)}

    def _tell(self, report: Report) -> None:
        coverage = report.coverage
        say = messages.warning if coverage.not_reviewed or coverage.skipped else messages.info
        say(self._ls.client, " ".join([summary(report), *dict.fromkeys(self._notices)]))


def summary(report: Report) -> str:
    """Never says that there is nothing about what was not read."""
    coverage, found = report.coverage, len(report.findings)
    said: list[str] = []
    if coverage.files:
        said.append("No findings." if not found else f"{found} finding{'s' if found > 1 else ''}.")
    if report.dropped.over_limit:
        said.append(f"{report.dropped.over_limit} more are not shown (review.max_findings).")
    said += [f"Not reviewed: {_parts(each.hunks)} of {each.path}. {each.reason}" for each in coverage.not_reviewed]
    said += [f"Left out: {each.path}. {each.reason}" for each in coverage.skipped]
    return " ".join(said)


def _parts(count: int) -> str:
    return "1 part" if count == 1 else f"{count} parts"

"""No test is left out in silence: skips are listed with the system package that would run them.

With `FORBID_SKIPS=1` in the environment, as in CI, every skip is a failure; a run without tests always is one.
"""

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Generator

import pytest

_PACKAGE = re.compile(r"\(system package: (?P<package>[^)]+)\)")


def require_program(name: str, *, package: str) -> str:
    """The program's path; without it the test is skipped, and the end of the run names the package."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs the program {name} (system package: {package})")
    return found


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_SkipPolicy(forbidden=os.environ.get("FORBID_SKIPS") == "1"), "skip-policy")


class _SkipPolicy:
    def __init__(self, *, forbidden: bool) -> None:
        self._forbidden = forbidden
        self._left_out: dict[str, list[str]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(item.nodeid, report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.skipped:
            self._note(collector.nodeid, report)
        return report

    def _note(self, nodeid: str, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        package = _PACKAGE.search(reason)
        self._left_out[package["package"] if package else ""].append(f"{nodeid}: {reason.removeprefix('Skipped: ')}")
        if self._forbidden:
            report.outcome = "failed"
            report.longrepr = f"skips are forbidden here: {reason}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._left_out:
            return
        terminalreporter.section("tests left out")
        for package, tests in sorted(self._left_out.items(), reverse=True):
            heading = f"install the system package {package} to run" if package else "for other reasons"
            terminalreporter.line(f"{heading}:")
            for test in tests:
                terminalreporter.line(f"  {test}")

"""A test that silently does not run is one that a user's bug walks past."""

import pytest

pytest_plugins = ["pytester"]

SKIPPED = """
from tests.skip_policy import require_program

def test_runs():
    pass

def test_is_left_out():
    require_program("no-such-program", package="no-such-package")
"""


@pytest.fixture(autouse=True)
def skips_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORBID_SKIPS", raising=False)


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "tests.skip_policy", "-p", "no:lsp", "-p", "no:asyncio")


def test_skips_are_listed_with_the_package_that_would_run_them(pytester: pytest.Pytester) -> None:
    result = run(pytester, SKIPPED)
    result.assert_outcomes(passed=1, skipped=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*install the system package no-such-package to run:", "*test_is_left_out*"])


def test_a_forbidden_skip_is_a_failure(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORBID_SKIPS", "1")
    result = run(pytester, SKIPPED)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("source", ["import pytest; pytest.skip('all of it', allow_module_level=True)", ""])
def test_where_skips_are_forbidden_a_run_without_tests_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("FORBID_SKIPS", "1")
    assert run(pytester, source).ret != 0


def test_an_expected_failure_is_not_a_skip(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORBID_SKIPS", "1")
    result = run(pytester, "import pytest\n@pytest.mark.xfail\ndef test_known():\n    assert False")
    result.assert_outcomes(xfailed=1)
    assert result.ret == 0

"""What goes wrong with a backend ends `inhouse chat` with its exit code and one sentence."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.e2e.running import run_inhouse
from tests.fakes.faults import COMPLETE, FAULTS, HELLO, KEY, Fault, check_words
from tests.fakes.server import FakeBackend
from tests.user_file import write_user_file

AT_ONCE = 3


def runs(home: dict[str, str], tmp_path: Path, faults: Iterable[Fault]) -> list[CompletedProcess[str]]:
    """Each fault on settings of its own."""

    def run(number: int, fault: Fault) -> CompletedProcess[str]:
        mine = home | {"LAB_KEY": KEY, "XDG_CONFIG_HOME": str(tmp_path / f"config-{number}")}
        with fault.backend() as (url, _):
            write_user_file(mine, fault.tables(url))
            return run_inhouse(mine, "chat", "-m", f"lab|{fault.model}", "hello")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, *zip(*enumerate(faults), strict=True)))


def test_each_fault_of_a_backend_has_its_exit_code_and_one_line(
    home: dict[str, str], tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for (name, fault), run in zip(FAULTS.items(), runs(home, tmp_path, FAULTS.values()), strict=True):
        with subtests.test(name):
            check(fault, run)


def check(fault: Fault, run: CompletedProcess[str]) -> None:
    assert run.returncode == fault.exit_code, run.stderr
    assert run.stdout.rstrip("\n") == fault.text
    (line,) = run.stderr.splitlines()
    assert line.startswith("inhouse: ")
    assert fault.says in line
    check_words(line.removeprefix("inhouse: "))


def test_answer_that_is_whole_ends_with_zero_whatever_follows(home: dict[str, str], subtests: pytest.Subtests) -> None:
    for name, behaviour in COMPLETE.items():
        with subtests.test(name), FakeBackend(chat=behaviour) as backend:
            run = run_inhouse(home | {"INHOUSE_BACKENDS__LAB__URL": backend.url}, "chat", "hello")
            assert (run.returncode, run.stdout, run.stderr) == (0, f"{HELLO}\n", "")

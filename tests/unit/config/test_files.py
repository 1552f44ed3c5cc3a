"""Files that are not what they should be, as a stranger's repository or another user may plant them."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from inhouse.config.schema import Config
from tests.unit.config.conftest import Setup, write

ROOT = os.geteuid() == 0


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


def _binary(path: Path) -> None:
    path.write_bytes(b"model = '\xff'")


def _deep(path: Path) -> None:
    path.write_text("model = " + "[" * 100_000)


def _dotted(path: Path) -> None:
    path.write_text("a" + ".a" * 400_000 + " = 1")


def _long_number(path: Path) -> None:
    path.write_text("model = " + "1" * 100_000)


def _link_loop(path: Path) -> None:
    path.symlink_to(path)


def _link_outside(path: Path) -> None:
    path.symlink_to(write(path.parent.parent / "outside.toml", 'model = "outside"'))


PLANTED = (_fifo, _folder, _device, _huge, _binary, _deep, _dotted, _long_number, _link_loop)


@pytest.mark.parametrize("plant", [*PLANTED, _link_outside])
def test_planted_project_file_is_a_warning_at_once(setup: Setup, plant: Callable[[Path], None]) -> None:
    plant(setup.project("p") / ".inhouse.toml")
    start = time.process_time()
    loaded = setup.load()
    assert time.process_time() - start < 2
    assert loaded.config == Config()
    assert [problem.severity for problem in loaded.problems] == ["warning"]


@pytest.mark.parametrize("plant", PLANTED)
def test_unreadable_user_file_is_an_error(setup: Setup, plant: Callable[[Path], None]) -> None:
    setup.user.parent.mkdir()
    plant(setup.user)
    assert setup.only_problem().severity == "error"


def test_file_is_never_read_in_part(setup: Setup) -> None:
    write(setup.user, "# comment\n" * 100_001 + "model = 5")
    assert "larger than 1 MB" in setup.only_problem().message


def test_link_within_a_project_and_a_linked_user_file_are_followed(setup: Setup, tmp_path: Path) -> None:
    root = setup.project("p")
    write(root / "shared.toml", 'completion_model = "a"')
    (root / ".inhouse.toml").symlink_to("shared.toml")
    setup.user.parent.mkdir()
    setup.user.symlink_to(write(tmp_path / "dotfiles.toml", '\ufeffmodel = "b"\r\n'))
    loaded = setup.load()
    assert (loaded.config.completion_model, loaded.config.model, loaded.problems) == ("a", "b", ())


@pytest.mark.parametrize("root", ["gone", "a\0b", "file/below"])
def test_root_that_is_no_folder_does_no_harm(setup: Setup, root: str) -> None:
    write(setup.folder / "file", "")
    setup.sources = type(setup.sources)(setup.sources.paths, {}, project_roots=(setup.folder / root,))
    assert not setup.load().errors


def test_syntax_error_names_its_line(setup: Setup) -> None:
    write(setup.user, 'model = "x"\n\n[tokens\n')
    problem = setup.only_problem()
    assert problem.line == 3
    assert str(problem).startswith(f"{setup.user}:3: this is not valid TOML (column ")


class TestMachineFile:
    """It counts only where no ordinary user can have written it; silently losing it would lose safety settings."""

    @pytest.mark.parametrize(("file", "folder"), [(0o664, 0o755), (0o646, 0o755), (0o644, 0o775), (0o644, 0o1777)])
    def test_is_refused_when_others_may_write_it(self, setup: Setup, file: int, folder: int) -> None:
        write(setup.machine, 'model = "x"').chmod(file)
        setup.machine.parent.chmod(folder)
        problem = setup.only_problem()
        assert "can be written by others than root" in problem.message
        assert problem.severity == "error"
        assert setup.load().config == Config()

    def test_counts_when_root_alone_may_write_it(self, setup: Setup) -> None:
        """Run by anybody else, this checks that a file of theirs is refused."""
        write(setup.machine, 'model = "x"')
        assert setup.load().config.model == ("x" if ROOT else "auto")

    def test_is_judged_where_a_link_leads(self, setup: Setup) -> None:
        real = write(setup.folder / "open" / "real.toml", 'model = "x"')
        real.parent.chmod(0o777)
        setup.machine.parent.mkdir(mode=0o755)
        setup.machine.symlink_to(real)
        assert setup.load().errors

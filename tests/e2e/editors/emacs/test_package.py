"""The package as Emacs's own package manager installs it."""

import subprocess

from tests.e2e.editors.emacs.running import CLIENT, HERE, INHOUSE, Emacs


def test_package_installs_without_a_warning_and_its_commands_are_there_before_it_is_loaded(emacs: Emacs) -> None:
    installed = _batch(emacs, "t-install")
    compiled = {file.stem for file in (emacs.workspace / "packages").glob("inhouse-*/*.elc")}
    assert {file.stem for file in CLIENT.glob("*.el")} <= compiled, installed.stdout
    used = _batch(emacs, "t-use")
    assert used.returncode == 0, used.stdout


def _batch(emacs: Emacs, function: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [emacs.program, "--batch", "-Q", "-l", HERE / "package.el", "-f", function],
        env={**emacs.home, "CLIENT": str(CLIENT), "PATH": f"{INHOUSE.parent}:{emacs.home['PATH']}"},
        cwd=emacs.workspace,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )

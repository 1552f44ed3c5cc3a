"""Emacs on a terminal, with our package and the real server: without one, idle timers and redisplay do not run."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.editors.running import Editor, Running

HERE = Path(__file__).parent
CLIENT = HERE.parents[3] / "client-emacs"
INHOUSE = Path(sys.executable).parent / "inhouse"
TERMINAL = "import pty, sys; pty.spawn(sys.argv[1:])"
"""A program with a terminal of its own."""


@dataclass(frozen=True, slots=True)
class Emacs(Editor):
    """A user's Emacs in a project."""

    program: str

    def start(self, script: str, **values: object) -> Running:
        """Runs `t-script` of `script` (a Lisp file beside this one) with these values in `t-values`."""
        return self.begin(
            [sys.executable, "-c", TERMINAL, self.program, "-nw", "-Q", "-l", HERE / "driver.el"],
            subprocess.PIPE,
            {"TERM": "xterm", "LC_ALL": "C.UTF-8"},
            client=str(CLIENT),
            server=str(INHOUSE),
            script=str(HERE / script),
            values=values,
        )

    def run(self, script: str, **values: object) -> Any:  # noqa: ANN401  # what the script returned, as JSON
        return self.start(script, **values).value()

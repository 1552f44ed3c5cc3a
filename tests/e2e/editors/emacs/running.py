"""Emacs on a terminal, with our package and the real server: without one, idle timers and redisplay do not run."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLIENT = HERE.parents[3] / "client-emacs"
INHOUSE = Path(sys.executable).parent / "inhouse"
PATIENCE = 60.0
TERMINAL = "import pty, sys; pty.spawn(sys.argv[1:])"
"""A program with a terminal of its own."""


@dataclass(frozen=True, slots=True)
class Emacs:
    """A user's Emacs: `home` is the environment, `workspace` the folder it is started in."""

    program: str
    home: Mapping[str, str]
    workspace: Path

    def write(self, path: str, text: str) -> Path:
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def start(self, script: str, **values: object) -> "Running":
        """Runs `t-script` of `script` (a Lisp file beside this one) with these values in `t-values`."""
        job, result = self.workspace.parent / "job.json", self.workspace.parent / "result.json"
        result.unlink(missing_ok=True)
        told = {
            "client": str(CLIENT),
            "server": str(INHOUSE),
            "script": str(HERE / script),
            "result": str(result),
            "values": values,
        }
        job.write_text(json.dumps(told), "utf-8")
        process = subprocess.Popen(
            [sys.executable, "-c", TERMINAL, self.program, "-nw", "-Q", "-l", HERE / "driver.el"],
            env={**self.home, "EDITOR_JOB": str(job), "TERM": "xterm", "LC_ALL": "C.UTF-8"},
            cwd=self.workspace,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        return Running(process, result)

    def run(self, script: str, **values: object) -> Any:  # noqa: ANN401  # what the script returned, as JSON
        return self.start(script, **values).value()


@dataclass(frozen=True, slots=True)
class Running:
    process: "subprocess.Popen[str]"
    result: Path

    def value(self) -> Any:  # noqa: ANN401  # what the script returned, as JSON
        """Waits for the script's end; its failure is the test's."""
        try:
            drawn, _ = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()  # with its terminal gone, Emacs ends too
        assert self.result.is_file(), f"Emacs left no result: {drawn[-2000:]}"
        result = json.loads(self.result.read_text("utf-8"))
        assert result["error"] is None, f"{result['error']}\nmessages: {result['messages']}"
        return result["value"]

"""A real editor under test: a script that it runs as a user's, and what the script returned."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Editor:
    """A user's editor: `home` is the environment, `workspace` the folder it is started in."""

    home: Mapping[str, str]
    workspace: Path

    def write(self, path: str, text: str) -> Path:
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def begin(
        self, command: Sequence[str | Path], stdin: int, terminal: Mapping[str, str], **told: object
    ) -> "Running":
        """Starts the program; its driver reads what it is `told` from the file EDITOR_JOB. `terminal` adds to
        its environment."""
        job, result = self.workspace.parent / "job.json", self.workspace.parent / "result.json"
        result.unlink(missing_ok=True)
        job.write_text(json.dumps({"result": str(result), **told}), "utf-8")
        process = subprocess.Popen(
            list(command),
            env={**self.home, "EDITOR_JOB": str(job), **terminal},
            cwd=self.workspace,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        return Running(process, result)


@dataclass(frozen=True, slots=True)
class Running:
    process: "subprocess.Popen[str]"
    result: Path

    def value(self) -> Any:  # noqa: ANN401  # what the script returned, as JSON
        """Waits for the script's end; its failure is the test's."""
        try:
            shown, _ = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()  # an editor in a terminal of its own ends with that
        assert self.result.is_file(), f"The editor left no result: {shown[-2000:]}"
        result = json.loads(self.result.read_text("utf-8"))
        assert result.get("error") is None, f"{result}\nshown: {shown[-2000:]}"
        return result.get("value")

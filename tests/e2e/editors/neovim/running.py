"""Neovim, headless, in its normal loop, with our package and the real server."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLIENT = HERE.parents[3] / "client-neovim"
NVIM = Path(sys.executable).parent / "nvim"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Neovim:
    """A user's Neovim: `home` is the environment, `workspace` the folder it is started in."""

    home: Mapping[str, str]
    workspace: Path

    def write(self, path: str, text: str) -> Path:
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def start(self, script: str, **values: object) -> "Running":
        """Runs `script` (a Lua file beside this one) with `T.values`, in a Neovim that has our package."""
        job, result = self.workspace.parent / "job.json", self.workspace.parent / "result.json"
        result.unlink(missing_ok=True)
        told = {"client": str(CLIENT), "script": str(HERE / script), "result": str(result), "values": values}
        job.write_text(json.dumps(told), "utf-8")
        process = subprocess.Popen(
            [NVIM, "--clean", "--headless", "-u", HERE / "driver.lua"],
            env={**self.home, "EDITOR_JOB": str(job), "TERM": "dumb"},
            cwd=self.workspace,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
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
            output, _ = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
        assert self.result.is_file(), f"Neovim left no result: {output}"
        result = json.loads(self.result.read_text("utf-8"))
        assert "error" not in result, f"{result['error']}\nmessages: {result['notified']}\noutput: {output}"
        return result.get("value")

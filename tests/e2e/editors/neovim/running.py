"""Neovim, headless, in its normal loop, with our package and the real server."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.editors.running import Editor, Running

HERE = Path(__file__).parent
CLIENT = HERE.parents[3] / "client-neovim"
NVIM = Path(sys.executable).parent / "nvim"


@dataclass(frozen=True, slots=True)
class Neovim(Editor):
    """A user's Neovim in a project."""

    def start(self, script: str, **values: object) -> Running:
        """Runs `script` (a Lua file beside this one) with `T.values`, in a Neovim that has our package."""
        return self.begin(
            [NVIM, "--clean", "--headless", "-u", HERE / "driver.lua"],
            subprocess.DEVNULL,
            {"TERM": "dumb"},
            client=str(CLIENT),
            script=str(HERE / script),
            values=values,
        )

    def run(self, script: str, **values: object) -> Any:  # noqa: ANN401  # what the script returned, as JSON
        return self.start(script, **values).value()

"""A git repository made for a test."""

import os
import subprocess
from pathlib import Path


class Repository:
    """One made by the real git, by a user without settings."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.run("init", "-q", "-b", "main")

    def run(self, *args: str) -> str:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
        environ = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *identity, *args]
        done = subprocess.run(command, cwd=self.root, env=environ, check=True, capture_output=True, text=True)
        return done.stdout

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def stage(self, name: str, text: str) -> None:
        self.write(name, text)
        self.run("add", "--", name)

    def commit(self, subject: str, name: str = "a.txt", text: str | None = None) -> None:
        self.stage(name, f"{subject}\n" if text is None else text)
        self.run("commit", "-q", "-m", subject)

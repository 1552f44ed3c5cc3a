"""What the program says about itself, and about a command line it cannot read."""

import re

import pytest

from inhouse import __version__
from inhouse.cli.parser import build
from tests.unit.cli.conftest import Cli

TOO_HEAVY_FOR_HELP = {"pygls", "lsprotocol", "cattrs", "httpx", "httpcore", "pydantic", "rich", "asyncio", "orjson"}


def test_without_a_command_there_is_help(cli: Cli) -> None:
    done = cli.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert all(command in done.stdout for command in ("serve", "chat", "models", "doctor", "config", "model"))


def test_the_version_is_one_line(cli: Cli) -> None:
    assert cli.run("--version").stdout == f"inhouse {__version__}\n"


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(cli: Cli, flag: str) -> None:
    """A shell's completion and a package's smoke test call these; they must be instant."""
    done = cli.run(flag, PYTHONPROFILEIMPORTTIME="1")
    loaded = {match[1] for match in re.finditer(r"\|\s+([a-z_]+)$", done.stderr, re.MULTILINE)}
    assert "argparse" in loaded
    assert not loaded & TOO_HEAVY_FOR_HELP


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["chat", "--nonsense"],
        ["chat", "--max-tokens", "none", "hi"],
        ["chat", "--max-tokens", "0", "hi"],
        ["--log-level", "loud", "models"],
        ["model"],
        ["model", "remove"],
        ["chat", "--mod", "x", "hi"],
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(cli: Cli, args: list[str]) -> None:
    done = cli.run(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"inhouse: [^\n]+ See `inhouse[^`]* --help`\.\n", done.stderr)


@pytest.mark.parametrize(
    "line", ["--log-level debug models --json", "models --log-level debug --json", "models --json --log-level debug"]
)
def test_global_options_go_before_and_after_the_command(line: str) -> None:
    args = build().parse_args(line.split())
    assert (args.log_level, args.json, args.config) == ("debug", True, None)

"""The embedded model needs no network at all: not even a loopback interface."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.running import run_inhouse
from tests.lsp.asking import answer_text, ask
from tests.lsp.client import SERVER, start_client
from tests.skip_policy import require_program


@pytest.fixture
def cut_off() -> tuple[str, ...]:
    """What runs a command in a network namespace of its own, whose loopback is down."""
    command = (require_program("unshare", package="util-linux"), "-rn")
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs user namespaces, which this machine refuses")
    up = subprocess.run([*command, "cat", "/sys/class/net/lo/operstate"], capture_output=True, check=False).stdout
    assert up.strip() != b"up"
    return command


def test_chat_on_the_command_line_works_without_network(
    home_with_model: dict[str, str], cut_off: tuple[str, ...]
) -> None:
    run = run_inhouse(home_with_model, "chat", "hello", "--max-tokens", "3", before=cut_off)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()


async def test_language_server_works_without_network(
    home_with_model: dict[str, str], tmp_path: Path, cut_off: tuple[str, ...]
) -> None:
    async with start_client(home_with_model, tmp_path, command=(*cut_off, *SERVER)) as client:
        assert answer_text(await client.request("inhouse/chat", ask(maxTokens=3)))

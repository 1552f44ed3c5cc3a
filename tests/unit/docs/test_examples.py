"""What somebody copies from a page works, and what a table says is so."""

import json
from pathlib import Path

import pytest

from inhouse.cli.exit_codes import EXIT_CODES
from inhouse.config.load import Sources, load
from inhouse.config.paths import Paths
from inhouse.domain.errors import ErrorKind
from inhouse.lsp.errors import CODES
from tests.unit.docs.pages import PAGES, ROOT, blocks, rows

TOML = [pytest.param(block, id=page.name) for page in PAGES for block in blocks(page, "toml")]
JSON = [pytest.param(block, id=page.name) for page in PAGES for block in blocks(page, "json")]


def problems(folder: Path, *, user: str = "", editor: object = None) -> list[str]:
    """What is wrong with these settings."""
    file = folder / "inhouse.toml"
    file.write_text(user, "utf-8")
    paths = Paths(file, folder / "machine", folder / "policy", folder, folder, folder, folder)
    return [str(problem) for problem in load(Sources(paths, {}, editor=editor)).problems]


@pytest.mark.parametrize("block", TOML)
def test_every_settings_file_shown_is_valid(block: str, tmp_path: Path) -> None:
    assert problems(tmp_path, user=block) == []


def test_the_editor_settings_shown_are_valid(tmp_path: Path) -> None:
    (block,) = blocks(ROOT / "docs" / "configuration.md", "json")
    assert problems(tmp_path, editor=json.loads(block)) == []


@pytest.mark.parametrize("block", JSON)
def test_every_message_shown_is_json(block: str) -> None:
    """A block holds one value or several."""
    rest = block.strip()
    while rest:
        _, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:].lstrip()


def test_the_protocol_has_every_error_kind_with_its_code() -> None:
    table = rows("protocol.md", "kind")
    assert {kind: int(row[0]) for kind, row in table.items()} == {kind.value: int(CODES[kind]) for kind in ErrorKind}


def test_troubleshooting_has_every_error_kind_with_its_exit_code() -> None:
    table = rows("troubleshooting.md", "kind")
    assert {kind: int(row[1]) for kind, row in table.items()} == {kind.value: EXIT_CODES[kind] for kind in ErrorKind}

"""What starting costs: a heavy import on the way to the first answer is felt in every editor, every time."""

import json
import subprocess
import sys

import pytest

HTTP = {"httpx", "httpcore", "h11", "anyio", "certifi"}
LSP = {"pygls", "lsprotocol", "cattrs", "attrs"}
TERMINAL = {"rich", "markdown_it", "pygments"}
HEAVY = {"pydantic", "pathspec", "tomllib", "platformdirs", "xllamacpp", "numpy", "keyring", *HTTP, *TERMINAL}


def loaded(code: str) -> set[str]:
    """The top-level modules that are there after `code`."""
    program = f"import sys\n{code}\nimport json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import inhouse.lsp.main", HEAVY),
        ("import inhouse.bootstrap", HEAVY | LSP),
        (
            "import inhouse.domain.models, inhouse.domain.events, inhouse.domain.origin",
            HEAVY | LSP | {"orjson", "asyncio"},
        ),
        (
            "import contextlib\nfrom inhouse.__main__ import main\nsys.argv = ['inhouse', '--version']\n"
            "with contextlib.suppress(SystemExit):\n    main()",
            HEAVY | LSP | {"orjson", "asyncio"},
        ),
        ("import inhouse.cli.chat, inhouse.cli.models, inhouse.cli.doctor", HTTP | LSP | {"rich", "xllamacpp"}),
    ],
    ids=["server", "bootstrap", "domain", "--version", "cli"],
)
def test_is_not_imported_yet(code: str, absent: set[str]) -> None:
    assert loaded(code) & absent == set()

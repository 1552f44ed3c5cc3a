"""Ghost text in Neovim 0.11: shown while one types, taken over, sent away."""

from collections.abc import Generator

import pytest

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.server import FakeServer
from tests.lsp.completing import coder, configure


@pytest.fixture
def filling(neovim: Neovim) -> Generator[FakeServer]:
    with fake_llamacpp(coder(" +", " b\n", "print(")) as fake:
        configure(neovim.home, fake)
        neovim.write("add.py", "def add(a, b):\n    return\n\n\nprint(add(1, 2))\n")
        yield fake


def test_suggestion_is_typed_along_and_taken_over_as_one_undo_step(neovim: Neovim, filling: FakeServer) -> None:
    seen = neovim.run("ghost_accept.lua")
    assert seen == {
        "shown": " + b",
        "along": " b",
        "asked": 0,
        "accepted": "    return a + b",
        "cursor": len("    return a + b"),
        "left": [],
        "undone": "    return a +",
        "tab": "    return a +\t",
    }


def test_suggestion_goes_when_it_is_dismissed_or_one_moves_on(neovim: Neovim, filling: FakeServer) -> None:
    seen = neovim.run("ghost_dismiss.lua")
    assert seen == {"dismissed": "    return a", "again": " + b", "left_insert_mode": [], "off": []}


def test_suggestion_of_several_lines_is_shown_below(neovim: Neovim) -> None:
    with fake_llamacpp(coder("\n    x = 1", "\n    return x\n", "\n\n")) as fake:
        configure(neovim.home, fake)
        neovim.write("f.py", "import os\ndef f()\n")
        seen = neovim.run("ghost_lines.lua")
    assert seen == {
        "shown": ["", "    x = 1", "    return x"],
        "accepted": "import os\ndef f():\n    x = 1\n    return x",
        "undone": "import os\ndef f():",
    }

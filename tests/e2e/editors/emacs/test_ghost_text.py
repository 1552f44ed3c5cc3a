"""Ghost text in Emacs: shown while one types, taken over, sent away."""

from collections.abc import Generator

import pytest

from tests.e2e.editors.emacs.running import Emacs
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.server import FakeServer
from tests.lsp.completing import coder, configure, fills


@pytest.fixture
def filling(emacs: Emacs) -> Generator[FakeServer]:
    with fake_llamacpp(coder(" +", " b * 2\n", "print(")) as fake:
        configure(emacs.home, fake)
        emacs.write("a.py", "def add(a, b):\n    return\n\n\nprint(add(1, 2))\n")
        yield fake


def test_suggestion_is_typed_along_and_taken_over_as_one_undo_step(emacs: Emacs, filling: FakeServer) -> None:
    found = emacs.run("ghost_accept.el")
    assert found == {
        "shown": " + b * 2",
        "along": "+ b * 2",
        "word": " * 2",
        "accepted": "    return a + b * 2",
        "undone": "    return a + b",
        "left": "",
    }
    asked = [one.request.json["input_prefix"] for one in fills(filling)]
    assert sum(each.endswith("return a") for each in asked) == 1
    assert not any(each.endswith(("return a ", "return a + b")) for each in asked), "typing along it asks nobody"


def test_suggestion_goes_when_it_is_dismissed_or_one_moves_on(emacs: Emacs, filling: FakeServer) -> None:
    found = emacs.run("ghost_dismiss.el")
    assert found == {
        "dismissed": "",
        "again": " + b * 2",
        "left": "",
        "tab": "indent-for-tab-command",
        "line": "    return a",
    }
    assert len(fills(filling)) == 1

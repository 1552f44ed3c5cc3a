"""The review of a file: what is found stands at its lines."""

import json

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes import answers
from tests.fakes.server import CHAT, FakeBackend

FINDING = {
    "file": "area.py",
    "line": 2,
    "severity": "error",
    "category": "bug",
    "title": "The sides are added",
    "explanation": "`return w + h` is the half of the circumference, not the area.",
    "confidence": 0.9,
}


def test_findings_are_diagnostics_at_their_lines(neovim: Neovim, lab: FakeBackend) -> None:
    neovim.write("area.py", "def area(w, h):\n    return w + h\n")
    lab.answer(CHAT, answers.chat((json.dumps({"findings": [FINDING]}),)))
    found = neovim.run("review.lua")
    assert found["line"] == 1
    assert found["source"] == "inhouse"
    assert "The sides are added" in found["message"]

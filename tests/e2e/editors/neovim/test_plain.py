"""Neovim's own client alone, with two lines of configuration: what the server gives without our package."""

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes import answers
from tests.fakes.behaviours import sequence
from tests.fakes.server import CHAT, FakeBackend

CODE = "def area(w, h):\n    return w + h\n"


def test_actions_and_chats_work_without_our_package(neovim: Neovim, lab: FakeBackend) -> None:
    fixed = CODE.replace("+", "*")
    lab.answer(CHAT, sequence(answers.chat((f"```python\n# inhouse: multiply\n{fixed}```",)), answers.chat()))
    neovim.write("area.py", f"# inhouse: multiply\n{CODE}")
    neovim.write("q.chat.md", "## You\n\nHello?\n")
    seen = neovim.run("plain.lua")
    assert fixed in seen["edited"]
    assert CODE in seen["undone"]
    answer = "".join(answers.TEXTS)
    assert seen["answered"] == f"## You\n\nHello?\n\n## lab|{answers.MODEL}\n\n{answer}\n\n## You\n"
    assert seen["unasked"] == "## You\n\nHello?"

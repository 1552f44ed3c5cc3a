"""A chat document in Neovim: the answer arrives at its mark, and the document stays the user's."""

import pytest

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes import answers
from tests.fakes.behaviours import cut_after, paced, sequence
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Rst

MODEL = f"lab|{answers.MODEL}"
WORDS = tuple(f"word{n} " if n % 5 else f"word{n}\n" for n in range(1, 21))
ANSWER = "".join(WORDS).strip()
QUESTION = "## You\n\nFirst?\n"
ANSWERED = f"## You\n\nFirst?\n\n## {MODEL}\n\n{ANSWER}\n\n## You\n"


def test_two_turns_arrive_in_order_while_the_user_types_above(neovim: Neovim, lab: FakeBackend) -> None:
    lab.answer(CHAT, sequence(paced(answers.chat(WORDS), 0.02), answers.chat(("Two.",))))
    neovim.write("q.chat.md", QUESTION)
    seen = neovim.run("chat_two_turns.lua")
    first = ANSWERED.replace("First?", "above\nFirst?")
    assert seen["first"] == first
    assert seen["typed_at"] == "above"
    assert seen["second"] == f"{first}Second?\n\n## {MODEL}\n\nTwo.\n\n## You\n"
    assert seen["cursor_at_end"]
    assert [one["role"] for one in lab.wait_for(CHAT, 2).request.json["messages"]] == ["user", "assistant", "user"]


@pytest.mark.parametrize("mode", ["n", "i"])
def test_one_undo_takes_an_answer_back(neovim: Neovim, lab: FakeBackend, mode: str) -> None:
    lab.answer(CHAT, paced(answers.chat(WORDS), 0.005))
    neovim.write("q.chat.md", "## You\n")
    seen = neovim.run("chat_undo.lua", mode=mode)
    assert seen == {"answered": ANSWERED, "undone": QUESTION}


def test_stop_ends_the_answer_at_the_backend_and_marks_it(neovim: Neovim, lab: FakeBackend) -> None:
    lab.answer(CHAT, paced(answers.chat(WORDS * 500), 0.02))
    neovim.write("q.chat.md", QUESTION)
    seen = neovim.run("chat_stop.lua")
    assert "word1 word2" in seen["text"]
    assert seen["text"].endswith("*Inhouse: stopped.*\n\n## You\n")
    assert seen["notified"] == []
    assert lab.wait_for(CHAT).closed_by_client(1.0)


def test_answer_whose_backend_dies_stays_and_is_marked(neovim: Neovim, lab: FakeBackend) -> None:
    lab.answer(CHAT, cut_after(answers.chat(WORDS), 4, Rst()))
    neovim.write("q.chat.md", QUESTION)
    seen = neovim.run("chat_cut.lua")
    assert seen["text"].startswith(f"{QUESTION}\n## {MODEL}\n\nword1 word2 word3")
    assert "\n\n*Inhouse: failed." in seen["text"]
    assert seen["text"].endswith("\n\n## You\n")
    assert len(seen["notified"]) == 1


def test_server_that_dies_in_mid_answer_leaves_the_text_and_says_so(neovim: Neovim, lab: FakeBackend) -> None:
    lab.answer(CHAT, paced(answers.chat(WORDS * 500), 0.02))
    neovim.write("q.chat.md", QUESTION)
    seen = neovim.run("chat_server_dies.lua")
    assert "word1 word2" in seen["text"]
    assert seen["marks"] == []


def test_chat_about_selected_lines_sends_them(neovim: Neovim, lab: FakeBackend) -> None:
    neovim.write("src/sum.py", "import os\n\n\ndef total(xs):\n    return sum(xs)\n")
    seen = neovim.run("chat_selection.lua")
    assert seen["text"].startswith("## You\n\n[src/sum.py#L4-L5](<src/sum.py#L4-L5>)\nIs it fast?\n\n## lab|")
    assert seen["clients"] == 1
    (message,) = lab.wait_for(CHAT).request.json["messages"]
    assert "def total(xs):" in message["content"]
    assert "import os" not in message["content"]
    assert seen["again"] == seen["name"], "the same chat is opened again"
    assert seen["new"] != seen["name"]

"""A chat document in Emacs: the answer streams in at a mark."""

from tests.e2e.editors.emacs.running import Emacs
from tests.fakes import answers
from tests.fakes.behaviours import cut_after, paced
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Rst

PIECES = tuple(f"piece {number}. " for number in range(1, 21))
MODEL = f"lab|{answers.MODEL}"
HELLO = "".join(answers.TEXTS)
SLOWLY = 0.03
NEXT = "## You\n\n"


def test_two_turns_and_somebody_types_above_the_answer_while_it_comes(emacs: Emacs, lab: FakeBackend) -> None:
    lab.answer(CHAT, paced(answers.chat(PIECES), SLOWLY))
    found = emacs.run("chat_two_turns.el")
    first = f"## You\n\nHello?\n\n## {MODEL}\n\n{''.join(PIECES)}\n\n{NEXT}"
    assert found["first"] == first
    assert found["behind"], "one can type the next question at once"
    assert found["while_it_came"]
    assert found["second"] == f"Notes\n{first}How are you?\n\n## {MODEL}\n\n{''.join(PIECES)}\n\n{NEXT}"
    assert found["line"] == 2, "point is where it was typed, not where the answer came"
    roles = [message["role"] for message in lab.exchanges(CHAT)[1].request.json["messages"]]
    assert roles == ["user", "assistant", "user"]


def test_one_undo_takes_the_answer_back_and_no_log_has_a_copy(emacs: Emacs, lab: FakeBackend) -> None:
    lab.answer(CHAT, paced(answers.chat(PIECES), SLOWLY))
    found = emacs.run("chat_undo.el")
    assert "".join(PIECES) in found["after"]
    assert found["undone"] == found["before"]
    assert "piece 3" not in found["log"]


def test_stop_ends_the_generation_at_the_backend_and_what_came_stays(emacs: Emacs, lab: FakeBackend) -> None:
    lab.answer(CHAT, paced(answers.chat(PIECES * 50), SLOWLY))
    found = emacs.run("chat_stop.el")
    assert lab.exchanges(CHAT)[0].closed_by_client()
    assert "piece 3" in found["text"]
    assert found["text"].endswith(f"\n\n*Inhouse: stopped.*\n\n{NEXT}")


def test_an_answer_whose_backend_dies_stays_and_is_marked(emacs: Emacs, lab: FakeBackend) -> None:
    lab.answer(CHAT, cut_after(paced(answers.chat(PIECES), SLOWLY), 8, Rst()))
    found = emacs.run("chat_lost.el", kill=False)
    assert "piece 3" in found["text"]
    assert "\n\n*Inhouse: failed. " in found["text"]
    assert found["text"].endswith(NEXT)


def test_an_answer_whose_server_dies_stays_and_is_marked(emacs: Emacs, lab: FakeBackend) -> None:
    lab.answer(CHAT, paced(answers.chat(PIECES * 50), SLOWLY))
    found = emacs.run("chat_lost.el", kill=True)
    assert "piece 3" in found["text"]
    assert found["text"].endswith(f"\n\n*Inhouse: failed. The server ended.*\n\n{NEXT}")


def test_a_chat_about_selected_lines_can_be_saved_and_sent_from_its_file(emacs: Emacs, lab: FakeBackend) -> None:
    emacs.write("a b.py", "first = 1\nsecond = 2\n")
    found = emacs.run("chat_saved.el")
    assert found["text"] == "## You\n\n[a b.py](a%20b.py#L1-L1)\n\nWhat is this?"
    assert found["answered"] == f"\n\n## {MODEL}\n\n{HELLO}\n\n{NEXT}"
    sent = str(lab.exchanges(CHAT)[0].request.json["messages"])
    assert "first = 1" in sent
    assert "second = 2" not in sent

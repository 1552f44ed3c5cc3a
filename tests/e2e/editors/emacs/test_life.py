"""Start, look around, leave."""

from tests.e2e.editors.emacs.running import Emacs
from tests.fakes import answers


def test_lists_the_models_and_shows_the_backends(emacs: Emacs) -> None:
    emacs.write("a.py", "x = 1\n")
    found = emacs.run("life.el")
    assert found["offered"] == ["auto", f"lab|{answers.MODEL}"]
    assert found["said"] == f"Inhouse: lab|{answers.MODEL} answers"
    assert "lab" in found["status"]
    assert "ready" in found["status"]


def test_a_question_of_the_server_may_be_left_unanswered(emacs: Emacs) -> None:
    emacs.write("a.py", "x = 1\n")
    assert emacs.run("quit.el") == {"asked": "Which model is to answer? ", "model": ""}

"""Code actions in Emacs: on our own connection, and through eglot."""

import ast

import pytest

from tests.e2e.editors.emacs.running import Emacs
from tests.fakes import answers
from tests.fakes.behaviours import delayed
from tests.fakes.server import CHAT, FakeBackend

PYTHON = ("a.py", "def total(items):\n    return sum(items)\n\n\nLAST = 1\n", "    return float(sum(items))\n")
TYPESCRIPT = (
    "a.ts",
    "function total(items: number[]) {\n  return 0;\n}\n\nlet last = 1;\n",
    "  return items.length;\n",
)
GO = ("a.go", "func total(items []int) int {\n\treturn 0\n}\n\nvar last = 1\n", "\treturn len(items)\n")


@pytest.mark.parametrize(("name", "text", "new"), [PYTHON, TYPESCRIPT, GO], ids=["python", "typescript", "go"])
def test_a_rewrite_changes_the_selected_line_and_one_undo_takes_it_back(
    emacs: Emacs, lab: FakeBackend, name: str, text: str, new: str
) -> None:
    emacs.write(name, text)
    lab.answer(CHAT, answers.chat((f"Here it is:\n\n```\n{new}```\n",)))
    found = emacs.run("act.el", file=name)
    lines = text.splitlines(keepends=True)
    assert found["after"] == "".join([lines[0], new, *lines[2:]])
    assert found["undone"] == text
    assert "count them" in str(lab.exchanges(CHAT)[0].request.json["messages"])


@pytest.mark.usefixtures("eglot")
def test_eglot_offers_an_action_whose_edit_comes_although_a_command_must_not_take_long(
    emacs: Emacs, lab: FakeBackend
) -> None:
    """eglot blocks on a command, and knows no progress: the command says that it has begun, and the edit follows."""
    text = "# inhouse: make it a float\nx = 1\n"
    emacs.write("a.py", text)
    slow = 2.0
    lab.answer(CHAT, delayed(answers.chat(("```python\n", "x = 1.0\n", "```")), slow))
    found = emacs.run("eglot.el")
    assert found["after"] == "x = 1.0\n"
    assert found["undone"] == text
    assert found["returned"] < slow


def test_the_embedded_model_edits_well_or_is_refused(emacs_alone: Emacs) -> None:
    text = "def total(items):\n    return sum(items)\n\n\nLAST = 1\n"
    emacs_alone.write("a.py", text)
    found = emacs_alone.run("act_model.el")
    if found["outcome"] == "applied":
        assert found["text"] != text
        assert ast.unparse(_bare(found["text"])) == ast.unparse(_bare(text)), "documentation changes no code"
    else:
        assert found["outcome"] == "refused"
        assert found["reason"].endswith(".")
        assert found["text"] == text


def _bare(text: str) -> ast.Module:
    """Without docstrings."""
    module = ast.parse(text)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return module

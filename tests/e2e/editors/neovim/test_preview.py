"""An edit is shown before it lands, and is the user's to take over whole, in part, or not at all."""

import pytest

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes import answers
from tests.fakes.server import CHAT, FakeBackend

CODE = """\
def area(w, h):
    size = w + h
    print(size)
    print(w)
    print(h)
    return siz
"""
ANSWER = """\
Two bugs:
```python
def area(w, h):
    size = w * h
    print(size)
    print(w)
    print(h)
    return size
```
"""
FIRST = CODE.replace("w + h", "w * h")
BOTH = FIRST.replace("return siz\n", "return size\n")


@pytest.fixture(autouse=True)
def scripted(lab: FakeBackend, neovim: Neovim) -> None:
    lab.answer(CHAT, answers.chat((ANSWER,)))
    neovim.write("area.py", CODE)


@pytest.mark.parametrize(
    ("keys", "text"),
    [(":w<CR>", BOTH), ("]cdo:w<CR>", FIRST), ("dp:q<CR>", FIRST), (":q<CR>", CODE)],
    ids=["all of it", "without the second hunk", "only the first hunk", "nothing"],
)
def test_takes_over_what_the_user_accepts_and_one_undo_gives_it_back(neovim: Neovim, keys: str, text: str) -> None:
    seen = neovim.run("preview.lua", keys=keys)
    assert seen["proposed"] == BOTH
    assert seen["after"] == text
    assert seen["undone"] == CODE
    assert seen["tabs"] == 1
    assert any("did not accept" in one["message"] for one in seen["notified"]) == (text == CODE)


def test_change_of_the_users_meanwhile_is_kept(neovim: Neovim) -> None:
    seen = neovim.run("preview.lua", keys="<C-w>hggO# mine<Esc><C-w>l:w<CR>")
    assert seen["after"] == "# mine\n" + BOTH


def test_nothing_is_overwritten_where_the_user_changed_the_same_line(neovim: Neovim) -> None:
    seen = neovim.run("preview.lua", keys="<C-w>h2GA # mine<Esc><C-w>l:w<CR>", conflict=True)
    assert seen["after"] == CODE.replace("w + h", "w + h # mine")


def test_proposal_for_selected_lines_is_shown_at_once(neovim: Neovim) -> None:
    seen = neovim.run("preview_selection.lua")
    assert seen == {"mode": "n", "proposed": BOTH}


def test_proposal_waits_while_the_user_types(neovim: Neovim) -> None:
    seen = neovim.run("preview_waits.lua")
    assert seen == {"mode": "i", "tabs": 1, "proposed": True}


def test_without_preview_the_edit_lands_at_once_as_one_undo_step_and_a_late_one_not_at_all(neovim: Neovim) -> None:
    seen = neovim.run("at_once.lua", old=CODE, new=BOTH)
    assert seen == {"instruction": "Rewrite how? ", "undone": CODE, "late": False}

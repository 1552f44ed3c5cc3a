"""The embedded model in Neovim. It is small: what is held to is that its work is well-formed, not that it is clever."""

from tests.e2e.editors.neovim.running import Neovim

BEFORE = '"""Sums."""\n\nimport math\n\n\n'
FUNCTION = "def double(x):\n    return x + x\n"
AFTER = "\n\nprint(double(2), math.pi)\n"


def test_it_changes_only_what_was_asked_for_and_answers_in_a_chat(
    neovim: Neovim, home_with_model: dict[str, str]
) -> None:
    neovim = Neovim(home_with_model | {"INHOUSE_MODEL": "embedded|smollm2-135m-instruct"}, neovim.workspace)
    neovim.write("sums.py", BEFORE + FUNCTION + AFTER)
    neovim.write("q.chat.md", "---\nmax_tokens: 12\n---\n\n## You\n\nSay hello.\n")
    seen = neovim.run("embedded_model.lua")
    assert seen["edited"].startswith(BEFORE)
    assert seen["edited"].endswith(AFTER)
    assert seen["undone"] == BEFORE + FUNCTION + AFTER
    assert "## embedded|" in seen["answered"]
    assert seen["answered"].endswith("\n\n## You\n")

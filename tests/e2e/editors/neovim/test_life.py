"""Attach, look around, leave."""

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes import answers


def test_attaches_without_setup_and_lists_the_models(neovim: Neovim) -> None:
    neovim.write("a.py", "x = 1\n")
    found = neovim.run("life.lua")
    assert found["models"] == [f"lab|{answers.MODEL}"]
    assert found["completed"] == [f"lab|{answers.MODEL}"]
    assert "lab: vllm, local, ready" in found["status"]


def test_checkhealth_names_the_server_the_backend_and_the_model(neovim: Neovim) -> None:
    neovim.write("a.py", "x = 1\n")
    report = neovim.run("checkhealth.lua")
    assert "ERROR" not in report
    assert "inhouse 0." in report
    assert "lab: vllm, local, ready" in report
    assert f"the default is lab|{answers.MODEL}" in report


def test_help_has_a_tag_for_every_option_command_and_mapping(neovim: Neovim) -> None:
    found = neovim.run("help.lua")
    assert found["missing"] == []

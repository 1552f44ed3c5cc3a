"""The pictures of Neovim in the README: a real Neovim with our package, the real server and the embedded model.

`.venv/bin/python scripts/pictures/neovim.py` draws them anew into docs/images/. It needs the model (`inhouse model
pull`), Linux or macOS, and the development environment.
"""

import os
import sys
import tempfile
from pathlib import Path

from terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
PROGRAMS = Path(sys.executable).parent
INIT = f"""
vim.opt.runtimepath:append('{ROOT / "client-neovim"}')
vim.opt.termguicolors = true
vim.opt.laststatus = 2
vim.opt.shortmess:append('I')
vim.opt.linebreak = true
require('inhouse').setup({{ completion = true }})
"""
CODE = '''"""Words of a text."""


def count_words(text):
    """Count the words in a text."""
'''


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        (project / ".git").mkdir(parents=True)
        (project / "init.lua").write_text(INIT, "utf-8")
        (project / "words.py").write_text(CODE, "utf-8")
        (project / "inhouse.toml").touch()
        _chat(project)
        _completion(project)


def _neovim(project: Path, *arguments: str) -> Terminal:
    environment = {
        **os.environ,
        "PATH": os.pathsep.join((str(PROGRAMS), os.environ["PATH"])),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "NVIM_APPNAME": "inhouse-pictures",
        "INHOUSE_CONFIG": str(project / "inhouse.toml"),
    }
    return Terminal([str(PROGRAMS / "nvim"), "--clean", "-u", "init.lua", *arguments], environment, project)


def _chat(project: Path) -> None:
    neovim = _neovim(project, "words.py")
    neovim.until(lambda shown: "count_words" in shown)
    neovim.type(":4,5Inhouse chat In one sentence: what is this function for?\r")
    neovim.until(lambda shown: "## embedded|" in shown, 60)
    neovim.until(lambda shown: shown.count("## You") == 2, 120)
    _save(neovim, "neovim-chat.svg", "A chat in Neovim, answered by the embedded model on the CPU")


def _completion(project: Path) -> None:
    neovim = _neovim(project, "words.py")
    neovim.until(lambda shown: "count_words" in shown)
    neovim.type(":lua vim.wait(9000, function() local c = vim.lsp.get_clients()[1]; return c and c.initialized end)\r")
    neovim.type("Gowords")
    neovim.until(lambda shown: _behind(shown, "    words"), 60)
    _save(neovim, "neovim-completion.svg", "A suggestion as ghost text in Neovim")


def _behind(shown: str, text: str) -> bool:
    """Whether something stands behind this text, which is what was typed."""
    return any(line.partition(text)[2].strip() for line in shown.splitlines())


def _save(neovim: Terminal, name: str, title: str) -> None:
    (IMAGES / name).write_text(neovim.as_svg(title), "utf-8")
    neovim.type("\x1b:qa!\r")
    neovim.close()


if __name__ == "__main__":
    main()

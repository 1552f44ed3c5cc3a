"""Each code action by Neovim's own menu, on files of three languages; answers are scripted."""

import subprocess
from dataclasses import dataclass

import pytest

from tests.e2e.editors.neovim.running import Neovim
from tests.fakes import answers
from tests.fakes.behaviours import sequence
from tests.fakes.server import CHAT, FakeBackend


@dataclass(frozen=True, slots=True)
class Case:
    """A file with a function `total` and an empty one `mean`; the answers, and what becomes of the file by each."""

    path: str
    language: str
    code: str
    fixed: tuple[str, str]
    rewritten: tuple[str, str]
    documented: tuple[str, str]
    completed: tuple[str, str]
    test_path: str
    test: str


PYTHON = Case(
    "src/stats.py",
    "python",
    "def total(xs):\n    return sun(xs)\n\n\ndef mean(xs):\n    raise NotImplementedError\n",
    ("return sun(xs)", "return sum(xs)"),
    ("def total(xs):\n    return sun(xs)", "def total(xs):\n    return sum(x for x in xs)"),
    ("def total(xs):\n", 'def total(xs):\n    """The sum of all."""\n'),
    ("raise NotImplementedError", "return total(xs) / len(xs)"),
    "tests/test_stats.py",
    "from stats import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
)
TYPESCRIPT = Case(
    "src/stats.ts",
    "typescript",
    "export function total(xs: number[]): number {\n  return sun(xs);\n}\n\n"
    'export function mean(xs: number[]): number {\n  throw new Error("TODO");\n}\n',
    ("return sun(xs);", "return sum(xs);"),
    ("  return sun(xs);", "  return xs.reduce((a, b) => a + b, 0);"),
    ("export function total", "/** The sum of all. */\nexport function total"),
    ('throw new Error("TODO");', "return total(xs) / xs.length;"),
    "src/stats.test.ts",
    'import { total } from "./stats";\n\ntest("total", () => {\n  expect(total([1, 2])).toBe(3);\n});\n',
)
GO = Case(
    "stats.go",
    "go",
    "package stats\n\nfunc Total(xs []int) int {\n\treturn sun(xs)\n}\n\n"
    "func Mean(xs []int) int {\n\t// TODO\n\treturn 0\n}\n",
    ("return sun(xs)", "return sum(xs)"),
    ("\treturn sun(xs)", "\tn := 0\n\tfor _, x := range xs {\n\t\tn += x\n\t}\n\treturn n"),
    ("func Total", "// Total is the sum of all.\nfunc Total"),
    ("// TODO\n\treturn 0", "return Total(xs) / len(xs)"),
    "stats_test.go",
    'package stats\n\nimport "testing"\n\n'
    'func TestTotal(t *testing.T) {\n\tif Total([]int{1, 2}) != 3 {\n\t\tt.Fatal("no")\n\t}\n}\n',
)


def blocks(code: str) -> tuple[str, str]:
    """The two functions, `total` and `mean`."""
    first, second = code.rsplit("\n\n", 1)
    return first.removeprefix("package stats\n\n").strip("\n"), second.strip("\n")


def fenced(language: str, code: str) -> str:
    return f"Here you are:\n\n```{language}\n{code}\n```\n\nTell me if it does not work."


@pytest.mark.parametrize("case", [PYTHON, TYPESCRIPT, GO], ids=["python", "typescript", "go"])
def test_each_action_changes_the_file_as_answered_and_one_undo_takes_it_back(
    neovim: Neovim, lab: FakeBackend, case: Case
) -> None:
    total, mean = blocks(case.code)
    edits = {
        "quickfix.inhouse": (total, case.fixed),
        "refactor.rewrite.inhouse": (total, case.rewritten),
        "refactor.inhouse.document": (total, case.documented),
        "refactor.inhouse.complete": (mean, case.completed),
    }
    replies = [fenced(case.language, block.replace(*change)) for block, change in edits.values()]
    replies += ["It adds them up.", fenced(case.language, case.test)]
    lab.answer(CHAT, sequence(*(answers.chat((reply,)) for reply in replies)))
    neovim.write(case.path, case.code)
    seen = neovim.run(
        "actions.lua",
        path=case.path,
        total=case.code[: case.code.lower().index("total")].count("\n") + 1,
        mean=case.code[: case.code.lower().index("mean")].count("\n") + 1,
        lines=total.count("\n") + 1,
        edits=list(edits),
        test=case.test_path,
    )
    for kind, (_, change) in edits.items():
        assert seen["edited"][kind] == case.code.replace(*change), kind
        assert seen["undone"][kind] == case.code, kind
    assert "It adds them up." in seen["explained"]
    assert seen["test"] == case.test
    asked = lab.wait_for(CHAT).request.json["messages"][-1]["content"]
    assert "sun is not defined" in asked


def test_commit_message_is_written_into_the_buffer_that_git_opens(neovim: Neovim, lab: FakeBackend) -> None:
    neovim.write("a.py", "x = 1\n")
    for command in (["init", "--quiet"], ["add", "a.py"]):
        subprocess.run(["git", *command], cwd=neovim.workspace, env=neovim.home, check=True)
    template = "\n# Please enter the commit message for your changes.\n"
    neovim.write(".git/COMMIT_EDITMSG", template)
    lab.answer(CHAT, answers.chat(("Add x\n\nIt is needed by the tests.",)))
    seen = neovim.run("commit_message.lua")
    assert seen["written"].startswith("Add x\n\nIt is needed by the tests.\n")
    assert seen["written"].endswith(template)
    assert seen["undone"] == template
    assert "x = 1" in lab.wait_for(CHAT).request.json["messages"][-1]["content"]

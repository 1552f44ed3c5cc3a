"""Code actions with the embedded model. It is small: held to is that its edits are well-formed, not that they are
clever."""

from dataclasses import dataclass
from pathlib import Path

from inhouse.context.syntax import check
from tests.lsp.acting import COMPLETE, DOCUMENT, REWRITE, kept
from tests.lsp.client import start_client
from tests.lsp.editing import Area, Editing
from tests.lsp.plain_json import JsonObject

BEFORE, AFTER = "import math\n\n\n", "\n\nprint(double(2), math.pi)\n"
PYTHON = BEFORE + "def double(x):\n    return x + x\n" + AFTER
FUNCTION: Area = (3, 0, 5, 0)
GO = "package main\n\nfunc add(a, b int) int {\n\tsum := a + b\n\treturn sum\n}\n\nfunc main() {}\n"
WITHOUT_CLOSE: Area = (2, 0, 5, 0)
"""The bracket that closes the function is not selected."""


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    language: str
    text: str
    kind: str
    area: Area
    instruction: str | None = None


PLACES = (
    Place("sums.py", "python", PYTHON, DOCUMENT, FUNCTION),
    Place("sums.py", "python", PYTHON.replace("return x + x", "pass"), COMPLETE, FUNCTION),
    Place("main.go", "go", GO, REWRITE, WITHOUT_CLOSE, "Return the sum without a variable."),
)


async def test_every_edit_is_well_formed_and_stays_in_its_place(
    home_with_model: dict[str, str], tmp_path: Path
) -> None:
    async with start_client(home_with_model, tmp_path) as client:
        editor = Editing(client)
        for number, each in enumerate(PLACES):
            uri = editor.open(tmp_path / str(number) / each.file, each.language, each.text)
            result = await editor.act(each.kind, uri, each.area, instruction=each.instruction)
            held(result, editor.text(uri), each)
            assert not check.errors(editor.text(uri), each.language), result


def held(result: JsonObject, now: str, place: Place) -> None:
    """Applied in its place, or refused with a reason and the answer kept."""
    text, area = place.text, place.area
    lines = text.splitlines(keepends=True)
    assert now.startswith("".join(lines[: area[0]]))
    assert now.endswith("".join(lines[area[2] :]))
    if result["outcome"] == "applied":
        assert now != text
    else:
        assert result["outcome"] == "refused"
        assert now == text
        assert result["reason"]
        assert "## embedded|" in kept(result)

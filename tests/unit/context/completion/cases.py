"""The table of answers and what is suggested of them: tests/data/completion."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from inhouse.context.completion.answer import suggestion
from inhouse.context.completion.place import Extent, Place, extent
from inhouse.context.completion.suggestion import Suggestion

FOLDER = Path(__file__).parents[3] / "data" / "completion"
CURSOR = "█"


@dataclass(frozen=True, slots=True)
class Case:
    """`suggests` is None where nothing is; `cut`: the model was stopped by its limit."""

    name: str
    text: str
    answer: str
    language: str = "python"
    selected: str = ""
    invoked: bool = False
    cut: bool = False
    suggests: str | None = None
    replaces: str = ""

    @property
    def place(self) -> Place:
        return place(self.text, self.language, self.selected)

    @property
    def expected(self) -> Suggestion | None:
        return None if self.suggests is None else Suggestion(self.suggests, len(self.replaces))


def place(text: str, language: str = "python", selected: str = "") -> Place:
    """`text` has the cursor in it."""
    before, _, after = text.partition(CURSOR)
    return Place(before + selected, after, language, selected=selected)


def suggested(case: Case) -> Suggestion | None:
    """As the engine does it: nothing is asked where nothing may be suggested."""
    allowed = extent(case.place, invoked=case.invoked)
    return None if allowed is Extent.NOTHING else suggestion(case.answer, case.place, allowed, cut=case.cut)


def read() -> list[Case]:
    files = sorted(FOLDER.glob("*.toml"))
    return [Case(**case) for file in files for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]]

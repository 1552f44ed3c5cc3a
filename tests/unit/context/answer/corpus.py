"""The corpus of tests/data/answers, whose README tells its form."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inhouse.context.answer.region import Intent, Region
from inhouse.domain.code import Position, SourceFile, Span
from tests.unit.context.answer.editing import split

FOLDER = Path(__file__).parents[3] / "data" / "answers"


@dataclass(frozen=True, slots=True)
class Case:
    """`text` is the whole file. `result` is what the region holds afterwards, None if the answer must be refused."""

    name: str
    region: Region
    answer: str
    cut: bool
    result: str | None
    refused: str
    edits: int | None
    grammar: bool


@dataclass(frozen=True, slots=True)
class Code:
    language: str
    text: str
    ends: str


@dataclass(frozen=True, slots=True)
class Target:
    code: Code
    region: Region
    place: str
    result: str | None


Table = dict[str, object]


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(FOLDER.glob("*.toml")) for case in _cases(path))


def _cases(path: Path) -> Iterator[Case]:
    parts = tomllib.loads(path.read_text("utf-8"))
    codes = {name: _code(each) for name, each in parts["code"].items()}
    targets = {name: _target(each, codes) for name, each in parts["target"].items()}
    for each in parts["case"]:
        target = targets[each["target"]]
        result = each.get("result", target.place if each.get("unchanged") else target.result)
        refused = each.get("refused", "")
        assert refused or result is not None, each["name"]
        yield Case(
            name=f"{path.stem}: {each['name']}",
            region=target.region,
            answer=_unframed(each["answer"]),
            cut=each.get("cut", False),
            result=None if refused else _ended(str(result), target.code),
            refused=refused,
            edits=0 if each.get("unchanged") else each.get("edits"),
            grammar=each.get("grammar", False),
        )


def _code(table: Table) -> Code:
    text = str(table["text"])
    text = ("\ufeff" if table.get("bom") else "") + text
    return Code(str(table["language"]), text, "\r\n" if table.get("ends") == "crlf" else "\n")


def _target(table: Table, codes: dict[str, Code]) -> Target:
    code = codes[str(table["code"])]
    place = str(table.get("place", code.text))
    assert code.text.count(place) == 1, place
    at = code.text.index(place)
    lines = split(code.text.replace("\n", code.ends))
    span = Span(_position(code.text, at), _position(code.text, at + len(place)))
    file = SourceFile("file:///w/file", "file", code.language, lines)
    result = table.get("result")
    region = Region(file, span, Intent[str(table["intent"]).upper()])
    return Target(code, region, place, None if result is None else str(result))


def _position(text: str, at: int) -> Position:
    return Position(text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1))


def _ended(text: str, code: Code) -> str:
    return text.replace("\n", code.ends)


def _unframed(answer: str) -> str:
    """Without the line end before the closing quotes, which the form of the corpus brings."""
    return answer.removesuffix("\n")

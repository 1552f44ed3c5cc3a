"""The documentation as the tests read it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def rows(name: str, heading: str) -> dict[str, tuple[str, ...]]:
    """The table whose heading begins so, by the bare text of its first column."""
    table = re.search(rf"^\| {heading} .*?(?=\n\n)", text_of(name), re.DOTALL | re.MULTILINE)
    assert table is not None, f"{name} has no table {heading}"
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table[0].splitlines()[2:]]
    return {first.strip(" `"): tuple(cell.strip() for cell in rest) for first, *rest in cells}

"""What makes a finding the same one when the file has changed elsewhere."""

import hashlib
from collections.abc import Sequence

from inhouse.context.syntax.blocks import Lines
from inhouse.domain.findings import Category


def fingerprint(name: str, lines: Sequence[str], place: Lines, category: Category) -> str:
    """Of the text of its lines without blanks, and of how many places before it have the same, as SARIF viewers do it.
    The words of a finding are left out: a model finds others each time."""
    first, last = place
    text = [_bare(line) for line in lines[first : last + 1]]
    before = sum(
        _bare(lines[at]) == text[0] and [_bare(line) for line in lines[at : at + len(text)]] == text
        for at in range(first)
    )
    told = "\0".join([name, category.value, *text, str(before)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _bare(line: str) -> str:
    return "".join(line.split())

"""A model's answer as findings on the lines it was asked about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from inhouse.context.answer.cleansing import cleansed
from inhouse.context.answer.numbering import without_numbers
from inhouse.context.answer.region import Unreadable
from inhouse.context.review import values
from inhouse.context.review.fingerprint import fingerprint
from inhouse.context.review.items import Item, read_items
from inhouse.context.review.named import names_the_code
from inhouse.context.review.part import Part
from inhouse.context.syntax.blocks import Lines
from inhouse.context.visible import visible
from inhouse.domain.findings import Finding, FindingSeverity

LONGEST_TITLE = 160
LONGEST_EXPLANATION = 2000

_LESS = {FindingSeverity.ERROR: FindingSeverity.WARNING, FindingSeverity.WARNING: FindingSeverity.INFO}
_FENCED = re.compile(r"\A\s*```[^\n]*\n(.*?)\n?[ \t]*```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """`elsewhere`: how many findings point to other lines or to another file, or to none."""

    findings: tuple[Finding, ...]
    elsewhere: int = 0


def read(answer: str, part: Part, *, cut: bool) -> Reading | Unreadable:
    """`cut`: the answer reached its limit of tokens. What is no finding, as praise or style, is left out."""
    items = read_items(answer, cut=cut)
    if isinstance(items, Unreadable):
        return items
    findings: list[Finding] = []
    elsewhere = 0
    for item in items:
        place = _place(item, part)
        if place is None:
            elsewhere += 1
        elif (finding := _finding(item, part, place)) is not None:
            findings.append(finding)
    return Reading(tuple(findings), elsewhere)


def _place(item: Item, part: Part) -> Lines | None:
    """Never moved: a finding that begins on other lines stands nowhere. One that goes on beyond them ends with them."""
    found = values.lines(item)
    first, last = part.lines
    if found is None or not first <= found[0] <= last or not _is_of(item, part.file.name):
        return None
    return found[0], min(found[1], last)


def _is_of(item: Item, name: str) -> bool:
    """Whether it speaks of this file, or of none; models shorten and lengthen paths."""
    said = values.text(item, "file", "path", "filename")
    return not said or PurePosixPath(said.replace("\\", "/")).name == PurePosixPath(name).name


def _finding(item: Item, part: Part, place: Lines) -> Finding | None:
    category = values.category(item)
    explanation = _shown(values.text(item, "explanation", "description", "message", "problem"), LONGEST_EXPLANATION)
    title = " ".join(_shown(values.text(item, "title", "summary", "issue"), LONGEST_TITLE).split())
    if category is None or not (title or explanation):
        return None
    severity = values.severity(item)
    code = part.file.lines[place[0] : place[1] + 1]
    if not names_the_code(f"{title}\n{explanation}", code):
        severity = _LESS.get(severity, severity)
    return Finding(
        uri=part.file.uri,
        first=place[0],
        last=place[1],
        severity=severity,
        category=category,
        title=title or explanation.splitlines()[0][:LONGEST_TITLE],
        explanation=explanation,
        confidence=values.confidence(item),
        fingerprint=fingerprint(part.file.name, part.file.lines, place, category),
        suggestion=_suggestion(item, code) if values.lines(item) == place else None,
    )


def _shown(text: str, longest: int) -> str:
    plain = visible(text.replace("\r\n", "\n")).strip()
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def _suggestion(item: Item, code: Sequence[str]) -> str | None:
    """None where there is none, or one that changes nothing or cannot be shown as what it is."""
    old = "".join(code)
    said = item.get("suggestion")
    if not isinstance(said, str) or not said.strip():
        return None
    fence = _FENCED.match(said)
    text = cleansed(fence[1] if fence else said, old)
    if isinstance(text, Unreadable):
        return None
    lines = without_numbers(text.strip("\n").split("\n"), [line.rstrip("\r\n") for line in code])
    new = "\n".join(lines)
    return None if not new.strip() or new == "\n".join(line.rstrip("\r\n") for line in code) else new

"""Single values of a finding, as models write them: `"L12-14"`, `"critical"`, `85`."""

import math
import re
from collections.abc import Mapping
from typing import cast

from inhouse.context.review.items import Item
from inhouse.context.syntax.blocks import Lines
from inhouse.domain.findings import Category, FindingSeverity

UNSAID = 0.5
"""The confidence of a finding that has none."""

_NUMBERS = re.compile(r"\d{1,9}")

_SEVERITIES: Mapping[FindingSeverity, tuple[str, ...]] = {
    FindingSeverity.ERROR: ("error", "critical", "blocker", "fatal", "high", "major", "severe"),
    FindingSeverity.WARNING: ("warn", "medium", "moderate"),
    FindingSeverity.INFO: ("info", "low", "minor", "note", "hint", "notice", "trivial"),
}
_CATEGORIES: Mapping[Category, tuple[str, ...]] = {
    Category.SECURITY: ("secur", "vulnerab", "injection"),
    Category.CONCURRENCY: ("concurren", "race", "thread", "deadlock", "async"),
    Category.PERFORMANCE: ("perf", "efficien"),
    Category.API: ("api", "interface", "compat"),
    Category.TESTS: ("test",),
    Category.DOCS: ("doc", "comment"),
}
_NO_FINDINGS = re.compile(r"styl|formatting|naming|readab|maintainab|praise|positive|nit|typo|lint|convention|cosmetic")
"""Categories of what is no finding, by their beginnings."""
_CONFIDENCES = {"certain": 1.0, "very high": 0.95, "high": 0.9, "medium": 0.6, "moderate": 0.6, "low": 0.3}


def text(item: Item, *keys: str) -> str:
    """The first that there is."""
    return next((found.strip() for key in keys if isinstance(found := item.get(key), str) and found.strip()), "")


def lines(item: Item) -> Lines | None:
    """Zero-based, both included; None where the finding names no line."""
    given = next((item[key] for key in ("line", "lines", "startline", "linenumber", "start") if key in item), None)
    numbers = _whole(given)
    numbers += _whole(item.get("endline", item.get("end")))
    if not numbers:
        return None
    return numbers[0] - 1, max(numbers[0], numbers[-1]) - 1


def severity(item: Item) -> FindingSeverity:
    said = text(item, "severity", "level", "priority").lower()
    found = (level for level, names in _SEVERITIES.items() if said.startswith(names))
    return next(found, FindingSeverity.WARNING)


def category(item: Item) -> Category | None:
    """None for what is no finding; what we have no name for is a bug."""
    said = text(item, "category", "type", "kind").lower()
    if _NO_FINDINGS.match(said):
        return None
    return next((each for each, names in _CATEGORIES.items() if any(name in said for name in names)), Category.BUG)


def confidence(item: Item) -> float:
    """Between 0 and 1; numbers above are of ten, or of a hundred."""
    said = item.get("confidence")
    if isinstance(said, str):
        if said.strip().lower() in _CONFIDENCES:
            return _CONFIDENCES[said.strip().lower()]
        number = re.match(r"\s*(\d{1,3}(?:\.\d{1,9})?)", said)
        said = float(number[1]) if number else None
    if not isinstance(said, float) or not math.isfinite(said) or said < 0:
        return UNSAID
    scale = 1 if said <= 1 else 10 if said <= 10 else 100
    return min(said / scale, 1.0)


def _whole(value: object) -> list[int]:
    if isinstance(value, str):
        return [int(found) for found in _NUMBERS.findall(value)][:2]
    if isinstance(value, list):
        return [number for each in cast(list[object], value)[:2] for number in _whole(each)]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return [int(value)]
    return []

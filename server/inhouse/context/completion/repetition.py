"""What is there already is not suggested: the lines below, the line above, and what the answer itself has just said."""

import re

from inhouse.context.completion.lines import says_something
from inhouse.context.completion.place import Place

_STUCK = re.compile(r"(.{3,}?)\1{4,}$")
"""Within a line: five times the same is a model that cannot stop."""
_LOOKED_AT = 300
"""Characters at a line's end in which that is looked for: the time it takes grows with their square."""

MOST_EQUAL = 2
"""Equal lines in a row."""


def unrepeated(lines: list[str], place: Place) -> int:
    """How many lines are new; 0 where nothing is."""
    if _repeats_above(lines, place):
        return 0
    kept = min(_before_below(lines, place), _before_loop(lines))
    return _without_stuck_end(lines, kept)


def _repeats_above(lines: list[str], place: Place) -> bool:
    above = next(iter(place.lines_above), "").strip()
    first = next((line for line in _joined(lines, place) if line.strip()), "").strip()
    return first == above and says_something(first)


def _before_below(lines: list[str], place: Place) -> int:
    """Up to where the answer begins to say what stands below the cursor anyway."""
    below = place.lines_below
    if not below:
        return len(lines)
    joined, rest = _joined(lines, place), place.line_after.rstrip()
    for at, line in enumerate(joined):
        text = line.rstrip()
        if not text or (at == 0 and not place.blank_line):
            continue
        same = _same(text, below[0]) or (at == len(lines) - 1 and _same(text + rest, below[0]))
        if same and (says_something(text) or _goes_on_as(joined[at:], below)):
            return at
        if at == len(lines) - 1 and _is_begun(text, below[0]):
            return at
    return len(lines)


def _same(line: str, other: str) -> bool:
    """Of what only closes a block, the indentation counts."""
    return line.strip() == other.strip() if says_something(line) else line == other


def _goes_on_as(lines: list[str], below: tuple[str, ...]) -> bool:
    """Whether these are the lines below, as far as they go."""
    texts = [line.rstrip() for line in lines if line.strip()]
    return all(mine == theirs for mine, theirs in zip(texts, below, strict=False)) and len(texts) <= len(below)


def _is_begun(text: str, below: str) -> bool:
    """A last line that was cut off and would have become the line below."""
    return below.startswith(text) and len(text.strip()) >= 4 and says_something(text)


def _joined(lines: list[str], place: Place) -> list[str]:
    return [place.line_before + lines[0], *lines[1:]]


def _before_loop(lines: list[str]) -> int:
    """Up to where the same lines come for the third time in a row."""
    for size in (1, 2, 3, 4):
        for start in range(len(lines) - (MOST_EQUAL + 1) * size + 1):
            part = [line.strip() for line in lines[start : start + size]]
            if not any(map(says_something, part)):
                continue
            again = [line.strip() for line in lines[start + size : start + (MOST_EQUAL + 1) * size]]
            if again == part * MOST_EQUAL:
                return start + size
    return len(lines)


def _without_stuck_end(lines: list[str], kept: int) -> int:
    while kept and _STUCK.search(lines[kept - 1].rstrip()[-_LOOKED_AT:]) and says_something(lines[kept - 1]):
        kept -= 1
    return kept

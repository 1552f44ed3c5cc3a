"""An answer's indentation made that of the place it is for.

Models send a method from the left margin, or only its first line from there, with tabs for spaces, or with two spaces
where the file has four. What is right shows in the lines that the answer has in common with the old code.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from inhouse.context.answer.place import Place

TAB = "\t"
_USUAL = {"yaml": "  ", "json": "  ", "go": TAB, "makefile": TAB}
_WIDTHS = (2, 3, 4, 8)


@dataclass(frozen=True, slots=True)
class Style:
    """`unit` is what one level adds: a tab or some spaces. `seen`: the text shows it, else it is what is usual."""

    unit: str
    seen: bool

    @property
    def width(self) -> int:
        return 4 if self.unit == TAB else len(self.unit)


def style_of(lines: Sequence[str], language: str) -> Style:
    """By the steps in which indentation grows from one line to the next."""
    steps: Counter[str] = Counter()
    for one, other in pairwise(line for line in lines if line.strip()):
        before, after = indent(one), indent(other)
        if after.startswith(before) and after != before:
            steps[after[len(before) :]] += 1
    for step, _ in steps.most_common():
        if step == TAB or (step.isspace() and TAB not in step and len(step) in _WIDTHS):
            return Style(step, seen=True)
    return Style(_USUAL.get(language, "    "), seen=False)


def indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def indented(new: Sequence[str], place: Place, literal: Sequence[bool]) -> list[str]:
    """The answer's lines as they are to stand in the file. `literal` marks those that begin inside a string."""
    base = _base(place)
    home = style_of(place.whole, place.language)
    away = style_of(new, place.language)
    if not away.seen and TAB not in "".join(indent(line) for line in new):
        away = home if home.unit != TAB else away
    known = {line.strip(): line for line in place.old if line.strip()}
    best = max(_readings(new, base, home, away), key=lambda lines: _agreement(lines, known))
    raw = frozenset(place.old)
    return [old if inside and old in raw else line for line, old, inside in zip(best, new, literal, strict=True)]


def _base(place: Place) -> str:
    """The indentation of the region's first line of code; of an empty region, that of the line on it or behind it."""
    for line in place.old or place.after:
        if line.strip():
            return indent(line)
    return place.old[0] if place.old and place.old[0] else ""


def _readings(new: Sequence[str], base: str, home: Style, away: Style) -> list[list[str]]:
    """What the answer may have meant, the likeliest first."""
    first = next((line for line in new if line.strip()), "")
    least = min((_columns(line, away) for line in new if line.strip()), default=0)
    whole = _moved(new, _columns(first, away), base, home, away)
    readings = [whole]
    if _columns(first, away) > least:
        readings.append(_moved(new, least, base, home, away))
    if first and _only_first_is_out(new, base, home, away):
        readings.insert(0, _first_only(new, base, home, away))
    return readings


def _only_first_is_out(new: Sequence[str], base: str, home: Style, away: Style) -> bool:
    """Whether the first line was sent from the margin and the others as they stand in the file."""
    wanted = len(base.expandtabs(home.width))
    filled = [line for line in new if line.strip()]
    columns = [_columns(line, away) for line in filled]
    if len(columns) < 2 or columns[0] >= wanted or min(columns[1:]) < wanted:
        return False
    step = columns[1] - columns[0]
    opens = filled[0].rstrip().endswith((":", "{", "(", "[", "=>", "=", "do", "then"))
    return step > _rest_style(filled[1:], home).width if opens else step > 0


def _rest_style(lines: Sequence[str], home: Style) -> Style:
    seen = style_of(lines, "")
    return seen if seen.seen else home


def _first_only(new: Sequence[str], base: str, home: Style, away: Style) -> list[str]:
    lines = _moved(new, len(base.expandtabs(home.width)), base, home, _rest_style(new[1:], away))
    at = next(at for at, line in enumerate(new) if line.strip())
    lines[at] = base + new[at].lstrip()
    return lines


def _moved(new: Sequence[str], origin: int, base: str, home: Style, away: Style) -> list[str]:
    """With column `origin` of the answer at the indentation `base` of the file."""
    return [_placed(line, origin, base, home, away) for line in new]


def _placed(line: str, origin: int, base: str, home: Style, away: Style) -> str:
    text = line.lstrip()
    if not text:
        return ""
    beyond = _columns(line, away) - origin
    if beyond < 0:
        return _spread(max(0, len(base.expandtabs(home.width)) + beyond), home) + text
    if home.unit == away.unit:
        return base + _behind(indent(line), origin, away) + text
    levels, rest = divmod(beyond, away.width)
    return base + home.unit * levels + " " * rest + text


def _behind(spaces: str, origin: int, style: Style) -> str:
    """What is left of an indentation when its first columns are taken away; tabs and spaces stay what they are."""
    column = 0
    for at, sign in enumerate(spaces):
        if column >= origin:
            return spaces[at:]
        column += style.width - column % style.width if sign == TAB else 1
    return ""


def _spread(columns: int, style: Style) -> str:
    if style.unit != TAB:
        return " " * columns
    levels, rest = divmod(columns, style.width)
    return TAB * levels + " " * rest


def _columns(line: str, style: Style) -> int:
    return len(indent(line).expandtabs(style.width))


def _agreement(lines: Sequence[str], known: dict[str, str]) -> int:
    """How many lines stand as they did."""
    return sum(1 for line in lines if line and known.get(line.strip()) == line)

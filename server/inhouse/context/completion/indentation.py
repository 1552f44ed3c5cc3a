"""Indentation of an answer: as the file has it, and not twice where the editor has put it there already."""

from collections.abc import Sequence

from inhouse.context.completion.lines import indent, leading, opens_block
from inhouse.context.completion.place import Place

_WIDTH = 4
"""Spaces a tab, where a model writes spaces into a file that has tabs."""


def settle(text: str, place: Place) -> str:
    """The answer so that it goes on where the cursor is."""
    lines = _as_in_file(text.split("\n"), place)
    if not place.blank_line:
        return "\n".join(lines)
    there = leading(place.line_before)
    skipped = 0
    while skipped < len(lines) - 1 and not lines[skipped].strip():
        skipped += 1
    lines = lines[skipped:]
    if skipped and lines[0].startswith(there):  # after an empty line the model has begun at the margin
        lines[0] = lines[0][len(there) :]
    return "\n".join(_not_twice(lines, place))


def _not_twice(lines: list[str], place: Place) -> list[str]:
    """In an empty line, without the indentation that stands before the cursor as well."""
    extra = leading(lines[0])
    if not extra or not _deep_enough(place):
        return lines
    whole = leading(place.line_before) + extra
    first, rest = lines[0][len(extra) :], lines[1:]
    if all(line.startswith(whole) for line in rest if line.strip()):
        rest = [line[: len(whole) - len(extra)] + line[len(whole) :] for line in rest]
    return [first, *rest]


def _deep_enough(place: Place) -> bool:
    """Whether the cursor stands where code may begin: deeper than a line above that opens a block."""
    above = next(iter(place.lines_above), "")
    here = indent(place.line_before)
    if not above:
        return True
    return here > indent(above) if opens_block(above, place.language) else here >= indent(above)


def _as_in_file(lines: list[str], place: Place) -> list[str]:
    """Tabs where the file has tabs, spaces where it has spaces."""
    used = _used(place)
    if used == "\t":
        return [_with_tabs(line) for line in lines]
    if used:
        return [leading(line).replace("\t", used) + line[len(leading(line)) :] for line in lines]
    return lines


def _used(place: Place) -> str:
    """A tab, so many spaces, or nothing where the file does not show it."""
    around = [place.line_before, *place.lines_above, *place.lines_below]
    found = [white for line in around if (white := leading(line))]
    if not found:
        return ""
    return "\t" if found[0].startswith("\t") else " " * _step(found)


def _step(found: Sequence[str]) -> int:
    widths = {len(white) for white in found if "\t" not in white} - {1}
    return min(widths, default=_WIDTH)


def _with_tabs(line: str) -> str:
    white = leading(line)
    return "\t" * (indent(white + "x") // _WIDTH) + line[len(white) :] if " " * _WIDTH in white else line

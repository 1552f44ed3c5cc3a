"""Where a suggestion ends: with the line, the block or the paragraph that it belongs to."""

from inhouse.context.completion.brackets import unclosed
from inhouse.context.completion.lines import closes_block, indent, is_comment, opens_block
from inhouse.context.completion.place import Place


def within_scope(lines: list[str], place: Place) -> int:
    """How many lines of an answer belong to the place. The last of `lines` may still be being written."""
    if place.blank_line:
        return _paragraph(lines, place)
    first = place.line_before + lines[0]
    goes_on = opens_block(first, place.language) or bool(unclosed(first))
    if is_comment(first, place.language) or not goes_on:
        return 1
    return _block(lines, indent(first), place)


def _block(lines: list[str], base: int, place: Place) -> int:
    """What the first line opens: deeper lines, and the line that closes it unless it stands there already."""
    for at, line in enumerate(lines[1:], 1):
        if not line.strip() or indent(line) > base:
            continue
        if indent(line) == base and closes_block(line) and not _closed_below(base, place):
            if opens_block(line, place.language):  # } else {
                continue
            return at + 1
        return _without_blank_end(lines, at)
    return len(lines)


def _paragraph(lines: list[str], place: Place) -> int:
    """From an empty line on: as deep as its first line, up to an empty line before the next thing of its depth."""
    base = indent(place.line_before + lines[0])
    for at, line in enumerate(lines[1:], 1):
        if not line.strip():
            continue
        depth = indent(line)
        if depth < base:
            closing = closes_block(line) and not opens_block(line, place.language) and _opened_above(depth, place)
            return at + 1 if closing and not _closed_below(depth, place) else _without_blank_end(lines, at)
        if depth == base and not lines[at - 1].strip():
            return _without_blank_end(lines, at)
    return len(lines)


def _opened_above(depth: int, place: Place) -> bool:
    """Whether the nearest line above that is no deeper opens a block at this depth."""
    above = next((line for line in place.lines_above if indent(line) <= depth), "")
    return bool(above) and indent(above) == depth and opens_block(above, place.language)


def _closed_below(depth: int, place: Place) -> bool:
    below = next(iter(place.lines_below), "")
    return bool(below) and indent(below) == depth and closes_block(below)


def _without_blank_end(lines: list[str], at: int) -> int:
    while at > 1 and not lines[at - 1].strip():
        at -= 1
    return at

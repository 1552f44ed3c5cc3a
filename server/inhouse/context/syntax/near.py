"""The block around a line at once, for offering what can be done with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from inhouse.context.syntax.blocks import Block
from inhouse.context.syntax.bodies import indentation
from inhouse.context.syntax.headers import LONGEST, begins
from inhouse.context.syntax.languages import layout
from inhouse.context.syntax.plain import block_at, plain_text
from inhouse.domain.code import SourceFile

REACH = 400
"""Lines looked at above and below. A block that reaches farther ends there, as far as this answer goes."""
_ATTRIBUTES = 10
"""Lines below that may hold the header of what the line is an attribute of."""


_MOST_HEADERS = 100
"""So that a file which only consists of headers costs no more than others."""


def block_near(file: SourceFile, line: int) -> Block | None:
    """The smallest block that holds the line, by the look of the lines alone, in about a millisecond."""
    if layout(file.language) is None or not 0 <= line < len(file.lines):
        return None
    low = max(0, line - REACH)
    text = plain_text([each[:LONGEST] for each in file.lines[low : line + REACH + 1]])
    at = line - low
    for header in islice(_headers(text.lines, at, file.language), _MOST_HEADERS):
        block = block_at(text, header, file.language)
        if block is not None and block.covers(at, at):
            return _moved(block, low)
    return None


def _headers(lines: Sequence[str], at: int, language: str) -> Iterator[int]:
    """The lines that may begin what holds this one, the nearest first."""
    below = at
    while below < min(at + _ATTRIBUTES, len(lines) - 1) and lines[below].strip():
        below += 1
    siblings_end_before = layout(language) != "braces"
    depth: float = float("inf")
    for line in range(below, -1, -1):
        own = indentation(lines[line])
        if (own < depth or not siblings_end_before) and begins(lines[line], language):
            depth = own if line <= at else depth
            yield line


def _moved(block: Block, by: int) -> Block:
    doc = block.doc and (block.doc[0] + by, block.doc[1] + by)
    return replace(
        block,
        first=block.first + by,
        header=block.header + by,
        header_last=block.header_last + by,
        last=block.last + by,
        doc=doc,
    )

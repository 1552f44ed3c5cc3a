"""Blocks as they look, without a grammar: headers by their words, bodies by braces or indentation."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from inhouse.context.syntax.above import attributes_first, doc_above
from inhouse.context.syntax.blocks import Block, Outline
from inhouse.context.syntax.bodies import Body, Text, find_body
from inhouse.context.syntax.docstring import docstring_lines
from inhouse.context.syntax.emptiness import is_empty
from inhouse.context.syntax.grammars import LONGEST
from inhouse.context.syntax.headers import Found, begins
from inhouse.context.syntax.imports import imports
from inhouse.context.syntax.languages import layout
from inhouse.context.syntax.marks import read_shape


def plain_text(lines: Sequence[str]) -> Text:
    r"""The lines as one text in which each ends with `\n`."""
    bare = [line.rstrip("\r\n") for line in lines]
    starts = (0, *accumulate(len(line) + 1 for line in bare))
    return Text(bare, "\n".join(bare), starts[: len(bare)])


def plain_outline(text: Text, language: str) -> Outline:
    """Empty for a language whose blocks we do not know, and for a text that no person has written."""
    if layout(language) is None or len(text.whole) > LONGEST:
        return Outline()
    shape = read_shape(text.whole, language)
    text = replace(text, closing=shape.closing)
    found = blocks_at(text, (line for line in range(len(text.lines)) if line not in shape.within), language)
    return Outline(with_parents(found), imports(text, language, lambda line: line not in shape.within))


def blocks_at(text: Text, lines: Iterable[int], language: str) -> list[Block]:
    """The blocks whose headers begin on these lines."""
    found = (block_at(text, line, language) for line in lines)
    return [block for block in found if block is not None]


def block_at(text: Text, line: int, language: str) -> Block | None:
    """The block whose header begins on this line."""
    found = begins(text.lines[line], language)
    body = found and find_body(text, line, found, language)
    return block_of(text, line, found, body, language) if found and body else None


def block_of(text: Text, line: int, found: Found, body: Body, language: str) -> Block:
    header_last = bisect_right(text.starts, body.opened) - 1
    last = max(bisect_right(text.starts, body.closed) - 1, header_last)
    first = attributes_first(text.lines, line, language)
    doc = docstring_lines(text, header_last, last, language) or doc_above(text.lines, first, language)
    empty = is_empty(text.whole[body.start : body.end], language)
    return Block(found.kind, found.name, first, line, header_last, last, empty, doc)


def with_parents(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """In order of first lines, each with the index of the block around it."""
    ordered = sorted(blocks, key=lambda block: (block.first, -block.last))
    done: list[Block] = []
    around: list[int] = []
    for at, block in enumerate(ordered):
        while around and ordered[around[-1]].last < block.last:
            around.pop()
        done.append(replace(block, parent=around[-1] if around else None))
        around.append(at)
    return tuple(done)

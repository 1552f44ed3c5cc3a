"""The headers of blocks, so that a model knows what there is without its bodies."""

from collections.abc import Sequence

from inhouse.context.syntax.blocks import Block, Lines, Outline

_LONGEST = 12
"""Lines of one header."""


def by_worth(outline: Outline, place: Lines, window: Lines) -> tuple[Block, ...]:
    """The blocks whose headers lie outside of the window, the most useful ones first: what holds the place, what stands
    beside it, what stands at the top, and the members of others; the nearer ones first. Functions inside of functions
    cannot be used from elsewhere."""
    blocks = outline.blocks
    holding = {at for at, block in enumerate(blocks) if block.covers(*place)}
    beside = {blocks[at].parent for at in holding} | {max(holding, default=None)}

    def rank(at: int) -> int:
        if at in holding:
            return 0
        if blocks[at].parent is not None and blocks[at].parent in beside:
            return 1
        return 2 if blocks[at].parent is None else 3

    def hidden(block: Block) -> bool:
        return _is_local(blocks, block) or (window[0] <= block.header and block.header_last <= window[1])

    order = sorted(
        (at for at, block in enumerate(blocks) if not hidden(block) or (at in holding and block.header < window[0])),
        key=lambda at: (rank(at), abs(blocks[at].header - place[0]), at),
    )
    return tuple(blocks[at] for at in order)


def usable(outline: Outline) -> tuple[Block, ...]:
    """All but functions inside of functions, which cannot be used from elsewhere."""
    return tuple(block for block in outline.blocks if not _is_local(outline.blocks, block))


def _is_local(blocks: tuple[Block, ...], block: Block) -> bool:
    return block.parent is not None and blocks[block.parent].kind == "function"


def skeleton(lines: Sequence[str], blocks: Sequence[Block]) -> str:
    """The headers in the order of the file, as they are indented there."""
    return "\n".join(header(lines, block) for block in sorted(blocks, key=lambda block: block.header))


def header(lines: Sequence[str], block: Block) -> str:
    """As it is indented in the file, without what opens the body."""
    last = min(block.header_last, block.header + _LONGEST - 1)
    text = "\n".join(line.rstrip() for line in lines[block.header : last + 1])
    return text.removesuffix("{").rstrip()

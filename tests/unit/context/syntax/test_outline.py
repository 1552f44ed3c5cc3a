"""Functions and classes are found where a reader sees them."""

import pytest

from inhouse.context.syntax.blocks import Block, Outline
from inhouse.context.syntax.marks import read_shape
from inhouse.context.syntax.near import block_near
from inhouse.context.syntax.outline import outline
from inhouse.context.syntax.plain import plain_outline, plain_text
from tests.unit.context.syntax.samples import SAMPLES, Sample, source


def described(block: Block, parent: Block | None) -> str:
    words = [block.kind, block.name, f"{block.first + 1}-{block.last + 1}"]
    if (block.header, block.header_last) != (block.first, block.first):
        words.append(f"header {block.header + 1}-{block.header_last + 1}")
    if block.doc:
        words.append(f"doc {block.doc[0] + 1}-{block.doc[1] + 1}")
    words += ["empty"] * block.empty + ([f"in {parent.name}"] if parent else [])
    return " ".join(words)


def all_described(found: Outline) -> tuple[str, ...]:
    blocks = found.blocks
    return tuple(described(block, None if block.parent is None else blocks[block.parent]) for block in blocks)


def plain(sample: Sample) -> Outline:
    return plain_outline(plain_text(source(sample.text, sample.language).lines), sample.language)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_blocks_are_found_by_their_look(sample: Sample) -> None:
    assert all_described(plain(sample)) == sample.blocks


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_imports_are_found_by_their_look(sample: Sample) -> None:
    assert " ".join(f"{first + 1}-{last + 1}" for first, last in plain(sample).imports) == sample.imports


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_a_grammar_finds_the_same(sample: Sample) -> None:
    found = outline(source(sample.text, sample.language))
    assert all_described(found) == sample.blocks
    assert found.exact
    assert found.imports == plain(sample).imports


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_the_block_at_the_cursor_is_the_one_in_the_outline(sample: Sample) -> None:
    file = source(sample.text, sample.language)
    found = plain(sample)
    in_strings = read_shape("".join(file.lines), sample.language).within
    for line in sorted(set(range(len(file.lines))) - in_strings):
        near = block_near(file, line)
        smallest = next(reversed(found.holding((line, line))), None)
        assert (near and described(near, None)) == (smallest and described(smallest, None)), line

"""No text takes long to read, whatever it repeats: files come from strangers, answers from models that cannot stop."""

import time
from collections.abc import Callable

import pytest

from inhouse.context.answer.read import read_answer
from inhouse.context.answer.region import Intent, Region
from inhouse.context.chat_document.answer_text import AnswerText
from inhouse.context.chat_document.document import parse
from inhouse.context.chat_document.links import links
from inhouse.context.completion.answer import enough, suggestion
from inhouse.context.completion.place import Extent, Place, extent
from inhouse.context.prompts.instruction import instruction_in
from inhouse.domain.code import Position, SourceFile, Span

CODE = ("def add(a, b):\n", "    return a - b\n", "")
MOST_SECONDS = 1.0
"""Of the processor; each of these took several before."""


def read_as(intent: Intent) -> Callable[[str], object]:
    region = Region(SourceFile("file:///a.py", "a.py", "python", CODE), Span(Position(0, 0), Position(2, 0)), intent)
    return lambda text: read_answer(text, region, cut=False)


def follow(text: str) -> None:
    place = Place("def f():\n    ", "", "python")
    enough(text, place, Extent.BLOCK)
    suggestion(text, place, Extent.BLOCK, cut=True)


def write(text: str) -> None:
    answer = AnswerText()
    answer.add(text)
    answer.end()


def converse(text: str) -> None:
    parse(["## You\n", text])


def find_instruction(text: str) -> None:
    instruction_in([text], (0, 0))


def look_behind(text: str) -> None:
    extent(Place("x = 1", text), invoked=False)


LONG: tuple[tuple[Callable[[str], object], str], ...] = (
    (read_as(Intent.REWRITE), " " * 40_000),
    (read_as(Intent.REWRITE), "<<<<<<< SEARCH\n" * 6000),
    (read_as(Intent.REWRITE), "\t" * 20_000 + "x"),
    (read_as(Intent.DOCUMENT), "\n" * 40_000),
    (read_as(Intent.DOCUMENT), "\t" * 20_000 + "x"),
    (write, "## a|b" + " " * 40_000 + "x"),
    (converse, "## a|b" + " " * 40_000 + "x"),
    (links, "[" * 80_000),
    (links, " ".join("`" * size for size in range(1, 300))),
    (find_instruction, "# inhouse: a" + " " * 1300 + "x"),
    (find_instruction, "#" * 20_000),
    (find_instruction, " " * 100_000_000),
    (follow, "}\n" * 6000),
    (follow, "#" * 20_000 + "x"),
    (look_behind, " " * 2500 + "x"),
)


@pytest.mark.parametrize(("read", "text"), LONG, ids=range(len(LONG)))
def test_is_read_at_once(read: Callable[[str], object], text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < MOST_SECONDS


def test_numbers_without_end_are_no_line_numbers() -> None:
    read_as(Intent.REWRITE)(f"```python\n{'1' * 9000}\n{'2' * 9000}\n```")

"""A message put where git reads it, and nothing lost that somebody has written."""

import pytest

from inhouse.context.commit_message.insertion import insertion
from inhouse.context.prompts.piece import edited
from inhouse.domain.code import Position, Span
from inhouse.lsp.documents import split_lines

MESSAGE = "Sum\n\nBody"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n# Please\n", "Sum\n\nBody\n\n# Please\n"),
        ("\r\n# Please\r\n", "Sum\r\n\r\nBody\r\n\r\n# Please\r\n"),
        ("# Please", "Sum\n\nBody\n\n# Please"),
        ("Mine\n# Please\n", "Sum\n\nBody\n\nMine\n# Please\n"),
        ("", "Sum\n\nBody\n"),
        ("\n\n", "Sum\n\nBody\n"),
    ],
)
def test_insertion(before: str, after: str) -> None:
    lines = split_lines(before)
    whole = Span(Position(0, 0), Position(len(lines) - 1, len(lines[-1])))
    assert edited(lines, whole, [insertion(MESSAGE, lines)]) == after

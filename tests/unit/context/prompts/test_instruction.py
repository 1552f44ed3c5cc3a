"""An instruction that the user has written into the code."""

import pytest

from inhouse.context.prompts.instruction import instruction_in, without


@pytest.mark.parametrize(
    "line",
    [
        "# inhouse: sort it",
        "    #inhouse: sort it",
        "// inhouse: sort it",
        "/* inhouse: sort it */",
        "<!-- inhouse: sort it -->",
        "-- Inhouse: sort it",
        ";; inhouse:  sort it  ",
        '"""inhouse: sort it"""',
        "(* inhouse: sort it *)",
        "% inhouse: sort it",
    ],
)
def test_is_found_in_every_kind_of_comment(line: str) -> None:
    found = instruction_in([f"{line}\r\n", "x"], (0, 1))
    assert found is not None
    assert (found.text, found.lines, found.code) == ("sort it", (0, 0), "")
    assert without([f"{line}\r\n", "x"], found) == ["x"]


@pytest.mark.parametrize(
    "line", ["inhouse: sort it", "x = 'inhouse'", "# not inhouse", "# inhouse:", "# the inhouse: word"]
)
def test_is_nothing_else(line: str) -> None:
    assert instruction_in([line], (0, 0)) is None


def test_goes_on_in_the_comment_lines_below() -> None:
    lines = ["a\n", "  # inhouse: sort it,\n", "  # stably\n", "  b  # c\n"]
    found = instruction_in(lines, (0, 3))
    assert found is not None
    assert found.text == "sort it, stably"
    assert without(lines, found) == ["a\n", "  b  # c\n"]


def test_stands_behind_code_too() -> None:
    lines = ["x = [2, 1]  # inhouse: sort it\r\n", "# a comment\r\n"]
    found = instruction_in(lines, (0, 1))
    assert found is not None
    assert found.text == "sort it"
    assert without(lines, found) == ["x = [2, 1]\r\n", "# a comment\r\n"]


def test_counts_only_within() -> None:
    assert instruction_in(["# inhouse: a", "b", "# inhouse: c"], (1, 1)) is None

"""A model or server must not be able to steer the terminal of whoever reads it."""

import pytest

from inhouse.cli.output import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc é 漢", "a\tb\nc é 漢"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("back\x08\x08space\r", "backspace"),
        ("\x9b31mC1", "31mC1"),
        ("half \x1b", "half "),
        ("\x00\x07\x7f", ""),
    ],
)
def test_control_characters_do_not_reach_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown

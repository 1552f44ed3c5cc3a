"""A message must name the line that the user has to change."""

import pytest

from inhouse.config.lines import line_of

TEXT = '''\
# a comment with [brackets] and x = 1
model = "a # b"  # [tokens]
long = """
[tokens]
input_ratio = 1
"""
list = [
  "[review]",
  { x = 1 },
]
[ backends . "lab" ]
url = 'http://[::1]'
headers = { "X-Team" = "c" }
[[backends.lab.models]]
name = "m"
[tokens]
"input_ratio" = 0.5
a.b.c = 1
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("model", 2),
        ("long", 3),
        ("list", 7),
        ("backends", 11),
        ("backends.lab", 11),
        ("backends.lab.url", 12),
        ("backends.lab.headers.X-Team", 13),
        ("backends.lab.models", 14),
        ("backends.lab.missing", 11),
        ("tokens", 16),
        ("tokens.input_ratio", 17),
        ("tokens.a.b.c", 18),
        ("review", None),
        ("x", None),
    ],
)
def test_line_of_a_key(key: str, line: int | None) -> None:
    assert line_of(TEXT, tuple(key.split("."))) == line

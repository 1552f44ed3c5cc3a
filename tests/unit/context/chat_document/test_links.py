"""Which links of a question attach a file."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.chat_document.links import Link, links


def check(text: str, *expected: Link) -> None:
    assert links(text) == expected


def test_files_lines_and_titles() -> None:
    check("[a](src/a.py)", Link("src/a.py"))
    check('[a](a.py#L10-L20 "Title") [b](b.py#L3-4)', Link("a.py", (9, 19)), Link("b.py", (2, 3)))
    check("[a](a.py#L5) [a](a.md#install)", Link("a.py", (4, 4)), Link("a.md"))
    check("[a](<my file (1).py>) [b](f(x).py)", Link("my file (1).py"), Link("f(x).py"))
    check("[a](a%20b.py) [a](a%20b.py)", Link("a b.py"))
    check("[a](file:///c/a%20b.py#L1) [b](C:/x.py)", Link("file:///c/a%20b.py", (0, 0)), Link("C:/x.py"))
    check("[a](a.py#L9-L2) [a](a.py#L0)", Link("a.py", (8, 8)), Link("a.py", (0, 0)))


def test_what_is_no_file_of_ours() -> None:
    check("[a](https://x/y) [b](mailto:x@y) [c](#part) [d](//host/x) [e]() [f] (x.py) \\[g](x.py)")
    check("![image](x.png) `[code](x.py)` ``a ` [code](x.py) ``")
    check("~~~\n[code](x.py)\n~~~\n[a](y.py)", Link("y.py"))


@given(st.text(alphabet="[]()<>!`#L1-2 ab.\n\\%\"'", max_size=60))
def test_any_text_is_looked_through(text: str) -> None:
    assert all(link.target for link in links(text))

"""Lines come out whole wherever the bytes are cut, and none is longer than the limit."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.ndjson import LineParser


def parsed(*chunks: bytes, limit: int = 100) -> list[bytes]:
    parser = LineParser(line_limit=limit)
    return [line for chunk in chunks for line in parser.feed(chunk)] + parser.close()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\n\n \r\nb", [b"a", b"b"]),
        (b"a\r\n", [b"a\r"]),
        ("\u2028\x85".encode(), ["\u2028\x85".encode()]),
        (b"", []),
        (b"\n", []),
    ],
)
def test_lines(data: bytes, lines: list[bytes]) -> None:
    assert parsed(data) == lines


@given(st.text("a\n\r é").map(str.encode), st.lists(st.integers(0, 100)))
def test_any_cutting_gives_the_same(data: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    assert parsed(*(data[start:end] for start, end in itertools.pairwise(edges)), limit=10**6) == parsed(
        data, limit=10**6
    )


@pytest.mark.parametrize(
    "chunks", [(b"x" * 101,), (b"x" * 60, b"x" * 60), (b"x" * 60, b"x" * 60 + b"\n"), (b"a\n" + b"x" * 101 + b"\n",)]
)
def test_a_line_has_a_limit(chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(InhouseError) as caught:
        parsed(*chunks)
    assert caught.value.kind is ErrorKind.TOO_LARGE
    assert parsed(b"x" * 100 + b"\n" + b"y" * 100) == [b"x" * 100, b"y" * 100]

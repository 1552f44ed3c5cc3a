"""Events are the same however the network cuts the bytes, and end only where the format says so (WHATWG HTML §9.2)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.sse import SseEvent, SseParser

LIMIT = 64


def parse(*pieces: bytes, line_limit: int = LIMIT, event_limit: int = LIMIT) -> list[SseEvent]:
    parser = SseParser(line_limit=line_limit, event_limit=event_limit)
    return [event for piece in pieces for event in parser.feed(piece)] + parser.close()


def data(*texts: str) -> list[SseEvent]:
    return [SseEvent("", text.encode()) for text in texts]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        ("data: a\n\ndata: b\n\n", data("a", "b")),
        ("data: a\r\n\r\ndata: b\r\n\r\n", data("a", "b")),
        ("data: a\r\rdata: b\r\r", data("a", "b")),
        ("data: a\r\ndata: b\r\n\r\n", data("a\nb")),
        ("data: a\rdata: b\r\r", data("a\nb")),
        ("data: a\r\n\ndata: b\n\r\n\rdata: c\r\n\r", data("a", "b", "c")),
        ("\ufeffdata: a\n\n", data("a")),
        ("data: \ufeffa\n\n", data("\ufeffa")),
        ("data:a\n\ndata:  a\n\n", data("a", " a")),
        ("data: a\ndata: b\ndata:\n\n", data("a\nb\n")),
        ("data\n\n", data("")),
        ("data: x\u2028y\u2029z\x85\v\f\x1c.\n\n", data("x\u2028y\u2029z\x85\v\f\x1c.")),
        (": ping\n\n:\n\ndata: a\n: ping\n\n", data("a")),
        ("id: 7\nretry: 1\nnonsense\ndatax: no\ndata : no\n data: no\n\n", []),
        ("event: error\ndata: a\n\ndata: b\n\n", [SseEvent("error", b"a"), SseEvent("", b"b")]),
        ("event: lost\n\ndata: b\n\n", data("b")),
        ("data: a\n\ndata: last", data("a", "last")),
        ("data: a\n\ndata: last\n", data("a", "last")),
        ("data: a\n\ndata: last\r", data("a", "last")),
        ("data: a\n\n\n\n\n", data("a")),
        ("", []),
        ("\ufeff", []),
        ("\n\n", []),
    ],
    ids=repr,
)
def test_events_of_a_stream(stream: str, events: list[SseEvent]) -> None:
    whole = stream.encode()
    assert parse(whole) == events
    assert parse(*(bytes([byte]) for byte in whole)) == events
    assert parse(*(piece for byte in whole for piece in (b"", bytes([byte])))) == events


PIECES = st.sampled_from(
    [
        b"data:",
        b"data: ",
        b"event: e",
        b":",
        b"a",
        b"{}",
        "é".encode(),
        "\u2028".encode(),
        b"\f",
        b"\xef\xbb\xbf",
        b"\xff",
    ]
    + [b"\n", b"\r", b"\r\n"] * 3
)


@given(st.lists(PIECES, max_size=40).map(b"".join), st.lists(st.integers(0, 80), max_size=12))
def test_any_cutting_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    pieces = [stream[start:end] for start, end in itertools.pairwise(edges)]
    whole = parse(stream, line_limit=999, event_limit=999)
    assert parse(*pieces, line_limit=999, event_limit=999) == whole
    assert parse(*(bytes([byte]) for byte in stream), line_limit=999, event_limit=999) == whole


@pytest.mark.parametrize("cut", [1, 7, LIMIT, 10 * LIMIT])
@pytest.mark.parametrize(
    ("stream", "fits"),
    [
        (b"data: " + b"x" * (LIMIT - 6) + b"\n\n", True),
        (b"data: " + b"x" * (LIMIT - 5) + b"\n\n", False),
        (b":" + b"x" * LIMIT + b"\n\n", False),
        (b"x" * (LIMIT + 1), False),
        (b"x" * 10 * LIMIT, False),
        (b"data: 123456\n" * 9 + b"\n", True),
        (b"data: 123456\n" * 10 + b"\n", False),
        (b"data: 123456\n\n" * 1000, True),
        (b"data:\n" * (LIMIT + 1), False),
        (b": ping\n\n" * 1000, True),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_lines_and_events_have_a_limit(stream: bytes, cut: int, fits: bool) -> None:
    pieces = [stream[at : at + cut] for at in range(0, len(stream), cut)]
    if fits:
        parse(*pieces)
        return
    with pytest.raises(InhouseError) as caught:
        parse(*pieces)
    assert (caught.value.kind, bool(caught.value.hint)) == (ErrorKind.TOO_LARGE, True)

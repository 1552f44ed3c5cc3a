"""Frames come out whole and in order however the client's bytes arrive, and a broken stream is noticed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.lsp.frames import BrokenStream, FrameReader, TooLarge, frame

LIMIT = 1000


def read(*chunks: bytes) -> list[bytes | TooLarge]:
    reader = FrameReader(LIMIT)
    return [body for chunk in chunks for body in reader.feed(chunk)]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


bodies = st.lists(st.binary(max_size=200) | st.just(b"\r\n\r\n") | st.just(b"Content-Length: 3\r\n\r\n"), max_size=8)


@given(bodies=bodies, places=st.lists(st.integers(0, 2000), max_size=20))
def test_any_cut_of_the_stream_gives_the_same_messages(bodies: list[bytes], places: list[int]) -> None:
    stream = b"".join(frame(body) for body in bodies)
    assert read(*cut(stream, places)) == bodies


@given(bodies=bodies)
def test_byte_by_byte_gives_the_same_messages(bodies: list[bytes]) -> None:
    stream = b"".join(frame(body) for body in bodies)
    assert read(*(stream[at : at + 1] for at in range(len(stream)))) == bodies


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: 2\r\n\r\n",
        b"CONTENT-LENGTH: 2\r\n\r\n",
        b"Content-Length:2\r\n\r\n",
        b"Content-Length:   2  \r\n\r\n",
        b"Content-Length : 2\r\n\r\n",
        b"Content-Length: 0002\r\n\r\n",
        b"Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
        b"X-Anything: at all: \xff\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_every_legal_spelling_of_a_header_is_understood(header: bytes) -> None:
    assert read(header + b"{}" + frame(b"next")) == [b"{}", b"next"]


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 2\n\n{}",
        b"Content-Length: -2\r\n\r\n{}",
        b"Content-Length: +2\r\n\r\n{}",
        b"Content-Length: two\r\n\r\n{}",
        b"Content-Length: \r\n\r\n{}",
        b"Content-Length: 2.0\r\n\r\n{}",
        b"Content-Length: \xb2\r\n\r\n{}",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"Content-Length: 1000000000000\r\n\r\n",
        b"Content-Type: text\r\n\r\n{}",
        b"no colon\r\n\r\n{}",
        b": 2\r\n\r\n{}",
        b"{}",
        b"\r\n\r\n",
        b"\x00\x01\x02",
        b"X: " + b"y" * 70_000,
        b"X: y\r\n" * 20_000 + b"Content-Length: 2\r\n\r\n{}",
        b"Content-Length: 1\r\n\r\n{}Content-Length: 2\r\n\r\n{}",
    ],
)
def test_a_header_that_cannot_be_trusted_ends_the_stream_with_a_reason(data: bytes) -> None:
    with pytest.raises(BrokenStream) as broken:
        read(data)
    assert str(broken.value)


def test_a_message_over_the_limit_is_skipped_and_the_stream_goes_on() -> None:
    stream = frame(b"x" * 1500) + frame(b"next")
    assert read(stream) == [TooLarge(1500), b"next"]
    assert read(*cut(stream, list(range(0, 1600, 7)))) == [TooLarge(1500), b"next"]


@given(st.binary(max_size=300) | st.text("Content-Length: 0123456789\r\n{}", max_size=120).map(str.encode))
def test_garbage_gives_messages_or_a_reason_and_nothing_else(data: bytes) -> None:
    try:
        read(data)
    except BrokenStream as broken:
        assert "\n" not in str(broken)


def test_an_end_in_the_middle_of_a_message_is_known() -> None:
    reader = FrameReader(LIMIT)
    assert list(reader.feed(frame(b"whole"))) == [b"whole"]
    assert not reader.mid_message
    assert not list(reader.feed(b"Content-Length: 5\r\n\r\n"))
    assert reader.mid_message

"""The byte stream: cut anywhere, flooded, not read, damaged (security.md, C50-C84)."""

import os
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.lsp.raw_client import RawClient, client, framed, wait_until

ECHO = '{"jsonrpc": "2.0", "id": "x", "method": "inhouse/echo", "params": ["é😀"]}'.encode()


@pytest.fixture(scope="module")
def shared() -> Generator[RawClient]:
    """One server for the tests that leave it as they found it."""
    with client() as it:
        it.initialize()
        yield it


@pytest.mark.parametrize(
    "header",
    [
        "content-length: %d",
        "CONTENT-LENGTH: %d",
        "Content-Length:%d",
        "Content-Length:  %d \t",
        "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\nX: y",
    ],
)
def test_headers_are_read_in_every_spelling(shared: RawClient, header: str) -> None:
    shared.send_bytes((header % len(ECHO) + "\r\n\r\n").encode() + ECHO)
    assert shared.answer("x")["result"] == ["é😀"]


@pytest.mark.parametrize("step", [1, 7])
def test_messages_arrive_in_pieces(shared: RawClient, step: int) -> None:
    data = framed(ECHO)
    for at in range(0, len(data), step):
        shared.send_bytes(data[at : at + step])
    assert shared.answer("x")["result"] == ["é😀"]


@pytest.mark.parametrize("body", [b"  \r\n" + ECHO + b"\t\n ", b"\xef\xbb\xbf" + ECHO])
def test_white_space_and_a_byte_order_mark_around_a_message_are_borne(shared: RawClient, body: bytes) -> None:
    shared.send_body(body)
    assert shared.answer("x")["result"] == ["é😀"]


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 2\n\n{}",
        b"Content-Length: 1000000000000\r\n\r\n",
        b"Content-Length: 20\r\n\r\n" + ECHO + framed(ECHO),
        b"X: " + b"y" * 4_000_000,
    ],
)
def test_a_broken_stream_ends_the_server_with_a_reason(data: bytes) -> None:
    with client() as it:
        it.initialize()
        with suppress(BrokenPipeError):  # the server may have ended before it was all sent
            it.send_bytes(data)
        assert it.exit_code(6) == 1
        assert "inhouse: stdin cannot be read as LSP: " in it.stderr()


def test_a_message_of_20_mb_is_taken(shared: RawClient) -> None:
    text = "x" * 20_000_000
    assert shared.call("inhouse/echo", [text]) == [text]


def test_a_flood_of_5000_requests_is_answered() -> None:
    with client() as it:
        it.initialize()
        flood = b"".join(
            framed(b'{"jsonrpc":"2.0","id":"f%d","method":"inhouse/echo","params":[%d]}' % (number, number))
            for number in range(5000)
        )
        it.send_bytes(flood)
        while len(it.seen) < 5001:
            assert it.read()
        assert [message["id"] for message in it.seen[1:]] == [f"f{number}" for number in range(5000)]


def resident_bytes(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")


def test_a_client_that_does_not_read_stops_only_what_streams_to_it(tmp_path: Path) -> None:
    """While stdout is full and unread, other requests reach their handlers; when it is read, all is answered."""
    mark = tmp_path / "reached"
    with client() as it:
        it.initialize()
        stream = it.start("inhouse/flood")
        it.notify("tiny/mark", {"path": str(mark)})
        wait_until(mark.exists)
        sent = [it.start("inhouse/echo", [number]) for number in range(200)]
        mark.unlink()
        it.notify("tiny/mark", {"path": str(mark)})
        wait_until(mark.exists)
        assert resident_bytes(it.process.pid) < 200_000_000
        it.notify("$/cancelRequest", {"id": stream})
        for id_ in sent:
            it.answer(id_)
        assert "error" in it.answer(stream)
        assert it.quit() == 0


def test_a_client_that_never_reads_is_given_up_before_memory_is() -> None:
    with client() as it:
        it.initialize()
        it.start("inhouse/overflow")
        assert it.exit_code() == 1
        assert "inhouse: the client does not read" in it.stderr()


def test_a_client_that_does_not_read_stderr_is_served() -> None:
    with client() as it:
        it.initialize()
        for _ in range(5):
            it.call("inhouse/log")
        assert it.call("inhouse/echo", [1]) == [1]
        assert it.fail("inhouse/crash")["code"] == -32603
        assert it.quit() == 0

"""Content-Length frames: bytes in, message bodies out. No I/O, so that every cut of the stream can be tested."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_HEADER_BYTES = 64 * 1024
"""All header lines of one message together."""

MAX_LENGTH_DIGITS = 15
"""More digits than any length that could be meant; `int` refuses beyond 4300 of them."""

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
"""A token of RFC 9110, which LSP's header fields follow."""


class BrokenStream(Exception):
    """Nobody knows any more where the next message begins; the text says why."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A message over the limit: its body is skipped, the stream stays in step."""

    length: int


def frame(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class FrameReader:
    """Feed it bytes as they come; it yields each whole body once."""

    def __init__(self, max_message_bytes: int) -> None:
        self._max = max_message_bytes
        self._buffer = bytearray()
        self._scanned = 0  # of an unfinished header, how much holds no header end
        self._length: int | None = None  # of the body that is being waited for
        self._skip = 0  # bytes still to be dropped of a body that is too large

    def feed(self, data: bytes) -> Iterator[bytes | TooLarge]:
        """Raises BrokenStream, after which no more may be fed."""
        if self._skip:
            data = self._drop(data)
        self._buffer += data
        position = 0
        try:
            while True:
                if self._length is None:
                    end = self._header_end(position)
                    if end < 0:
                        return
                    length = _content_length(bytes(self._buffer[position : end - 4]))
                    position = end
                    if length > self._max:
                        position = self._skip_from(position, length)
                        yield TooLarge(length)
                        continue
                    self._length = length
                stop = position + self._length
                if len(self._buffer) < stop:
                    return
                body = bytes(memoryview(self._buffer)[position:stop])
                position, self._length = stop, None
                yield body
        finally:
            del self._buffer[:position]

    @property
    def mid_message(self) -> bool:
        """True if the stream may not end here."""
        return bool(self._buffer or self._skip or self._length)

    def _drop(self, data: bytes) -> bytes:
        dropped = min(self._skip, len(data))
        self._skip -= dropped
        return data[dropped:]

    def _skip_from(self, position: int, length: int) -> int:
        if length > 2 * self._max:
            raise BrokenStream(f"a message of {length} bytes is announced; the limit is {self._max}")
        available = min(length, len(self._buffer) - position)
        self._skip = length - available
        return position + available

    def _header_end(self, position: int) -> int:
        """Where the body begins, or -1 if the header is not whole yet."""
        buffer = self._buffer
        if len(buffer) == position:
            self._scanned = 0
            return -1
        if not _NAME.match(buffer[position : position + 1]):
            raise BrokenStream("a message does not begin with a header such as Content-Length")
        found = buffer.find(b"\r\n\r\n", position + max(0, self._scanned - 3))
        header = (found if found >= 0 else len(buffer)) - position
        if header > MAX_HEADER_BYTES:
            raise BrokenStream(f"a header is longer than {MAX_HEADER_BYTES} bytes")
        if found < 0:
            self._check_line_ends(position)
            self._scanned = header
            return -1
        self._scanned = 0
        return found + 4

    def _check_line_ends(self, position: int) -> None:
        """A client that ends lines with LF alone would wait for ever for its answer."""
        at = self._buffer.find(b"\n", position + self._scanned)
        while at >= 0:
            if at == position or self._buffer[at - 1] != 0x0D:
                raise BrokenStream("a header line does not end with CR LF")
            at = self._buffer.find(b"\n", at + 1)


def _content_length(header: bytes) -> int:
    length: int | None = None
    for line in header.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.match(name.rstrip(b" \t")):
            raise BrokenStream("a header line is not of the form `Name: value`")
        if name.rstrip(b" \t").lower() != b"content-length":
            continue
        number = _number(value.strip(b" \t"))
        if length not in {None, number}:
            raise BrokenStream("a message has two different Content-Lengths")
        length = number
    if length is None:
        raise BrokenStream("a message has no Content-Length")
    return length


def _number(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > MAX_LENGTH_DIGITS:
        raise BrokenStream("a Content-Length is not a possible length")
    return int(digits)

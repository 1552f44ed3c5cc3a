"""Server-sent events from raw bytes, with limits.

Line splitters of HTTP clients break on U+2028, form feeds and more, and know no limits; the WHATWG format ends lines
at LF, CR or CRLF only.
"""

from dataclasses import dataclass

from inhouse.domain.errors import ErrorKind, InhouseError

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class SseEvent:
    """`event` is empty for an unnamed one; `data` holds the joined data lines."""

    event: str
    data: bytes


class SseParser:
    """Feed it bytes cut anywhere; it gives whole events. One parser serves one stream.

    Raises `too_large` when a line or an event exceeds its limit (bytes).
    """

    def __init__(self, *, line_limit: int, event_limit: int) -> None:
        self._line_limit = line_limit
        self._event_limit = event_limit
        self._rest = b""
        self._after_cr = False
        self._at_start = True
        self._event = ""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[SseEvent]:
        lines = self._lines(chunk)
        events: list[SseEvent] = []
        for line in lines:
            if line:
                self._field(line)
            elif (event := self._dispatch()) is not None:
                events.append(event)
        return events

    def close(self) -> list[SseEvent]:
        """The last event, if its blank line never came."""
        if self._rest:
            self._field(self._rest)
            self._rest = b""
        event = self._dispatch()
        return [] if event is None else [event]

    def _lines(self, chunk: bytes) -> list[bytes]:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if self._at_start:
            chunk = self._without_bom(self._rest + chunk)
            self._rest = b""
        lines = chunk.split(b"\n")
        lines[0] = self._rest + lines[0]
        self._rest = lines.pop()
        if max(map(len, lines), default=0) > self._line_limit or len(self._rest) > self._line_limit:
            raise _too_large("a line", self._line_limit)
        return lines

    def _without_bom(self, head: bytes) -> bytes:
        if len(head) < len(_BOM) and _BOM.startswith(head):
            return head
        self._at_start = False
        return head.removeprefix(_BOM)

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            self._size += len(value) + 1  # with its line end, so that empty lines count too
            if self._size > self._event_limit:
                raise _too_large("an event", self._event_limit)
            self._data.append(value)
        elif name == b"event":
            self._event = value.removeprefix(b" ").decode("utf-8", "replace")

    def _dispatch(self) -> SseEvent | None:
        event, data = self._event, self._data
        self._event, self._data, self._size = "", [], 0
        return SseEvent(event, b"\n".join(data)) if data else None


def _too_large(what: str, limit: int) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.TOO_LARGE,
        message=f"The backend sent {what} of more than {limit} bytes.",
        hint="Raise limits.line_bytes if the backend can be trusted with it.",
    )

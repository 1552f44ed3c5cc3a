"""JSON lines from raw bytes, with a limit."""

from inhouse.domain.errors import ErrorKind, InhouseError


class LineParser:
    """Feed it bytes cut anywhere; it gives whole lines that hold something. One parser serves one stream.

    Raises `too_large` when a line exceeds the limit (bytes).
    """

    def __init__(self, *, line_limit: int) -> None:
        self._limit = line_limit
        self._rest: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        first, *others = chunk.split(b"\n")
        self._extend(first)
        if not others:
            return []
        *whole, rest = others
        lines = [b"".join(self._rest), *whole]
        self._rest, self._size = [], 0
        self._extend(rest)
        if max(map(len, lines)) > self._limit:
            raise self._too_large()
        return [line for line in lines if line.strip()]

    def close(self) -> list[bytes]:
        """The last line, if its end never came."""
        line = b"".join(self._rest)
        self._rest, self._size = [], 0
        return [line] if line.strip() else []

    def _extend(self, piece: bytes) -> None:
        self._rest.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            raise self._too_large()

    def _too_large(self) -> InhouseError:
        return InhouseError(
            kind=ErrorKind.TOO_LARGE,
            message=f"The backend sent a line of more than {self._limit} bytes.",
            hint="Raise limits.line_bytes if the backend can be trusted with it.",
        )

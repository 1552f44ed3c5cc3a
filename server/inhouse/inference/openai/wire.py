"""How a server's bytes become chunks: events of an SSE stream with OpenAI's payloads."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.openai.chunks import Chunk, read_chunk
from inhouse.inference.openai.refusals import in_stream
from inhouse.inference.openai.rules import Rules
from inhouse.inference.sse import SseEvent, SseParser
from inhouse.inference.tolerant import as_object, parse

T = TypeVar("T")

_DONE = Chunk(done=True)


class Wire(Protocol[T]):
    """A stream's framing and its payloads, for one stream."""

    def feed(self, chunk: bytes, /) -> Iterable[T]: ...

    def close(self) -> Iterable[T]:
        """What is left when no more bytes come."""
        ...

    def chunk(self, item: T, /) -> Chunk:
        """Raises `bad_response`, or what the server reports."""
        ...


class SseWire:
    """OpenAI's, `[DONE]` at the end."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        parser = SseParser(line_limit=rules.line_bytes, event_limit=rules.line_bytes)
        self.feed = parser.feed
        self.close = parser.close

    def chunk(self, sse: SseEvent, /) -> Chunk:
        if sse.data.strip() == b"[DONE]":
            return _DONE
        try:
            payload = parse(sse.data)
        except ValueError:
            if sse.event != "error":
                raise malformed(self._rules, "The stream holds an event that is not JSON") from None
            payload = {"error": "error"}
        fields = as_object(payload)
        if not fields and payload != {}:
            raise malformed(self._rules, "The stream holds an event that is not an object")
        chunk = read_chunk(fields)
        error = fields if sse.event == "error" and chunk.error is None else chunk.error
        if error is not None:
            raise in_stream(error, model=self._rules.model, secret=self._rules.secret)
        return chunk


def malformed(rules: Rules, what: str) -> InhouseError:
    """`bad_response` for what no such server sends."""
    return InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{what}, from {rules.model.backend}.",
        hint="Check that the URL names an OpenAI-compatible server.",
        backend=rules.model.backend,
        model=str(rules.model),
    )

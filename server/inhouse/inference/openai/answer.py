"""A streamed answer: bytes in, domain events out, complete or an error (interface §4.2)."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import (
    Event,
    Finished,
    FinishReason,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    Usage,
)
from inhouse.domain.models import ModelId
from inhouse.domain.secret import Secret
from inhouse.inference.openai.chunks import Chunk, TokenUsage, read_chunk
from inhouse.inference.openai.patience import Patience
from inhouse.inference.openai.refusals import in_stream
from inhouse.inference.sse import SseEvent, SseParser
from inhouse.inference.tolerant import as_object, parse

AFTERMATH = 2.0
"""Seconds for which a usage chunk and `[DONE]` are awaited once an answer is complete."""

BODY_END = 0.2
"""Seconds for which the body's end is awaited after `[DONE]`: read to its end, the connection can be used again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one answer: times in seconds, sizes in bytes. `exact_usage` is False when nobody counted."""

    model: ModelId
    first_token_timeout: float
    idle_timeout: float
    answer_bytes: int
    line_bytes: int
    secret: Secret | None = None


async def events(chunks: AsyncIterator[bytes], rules: Rules) -> AsyncIterator[Event]:
    """The events of one answer, `Finished` last.

    Raises InhouseError: `incomplete`, `bad_response`, `too_large`, `timeout`, or what the server reported.
    """
    reading = _Reading(rules)
    parser = SseParser(line_limit=rules.line_bytes, event_limit=rules.line_bytes)
    limit = rules.first_token_timeout
    source = aiter(chunks)
    patience = Patience()
    ended = False
    while not ended:
        data = await _next(source, reading, patience, limit)
        ended = data is None
        for sse in parser.close() if data is None else parser.feed(data):
            for event in reading.take(sse):
                yield event
        if reading.complete:
            limit = BODY_END if reading.done else AFTERMATH
        elif reading.started:
            limit = rules.idle_timeout
    yield reading.finish()


async def _next(source: AsyncIterator[bytes], reading: "_Reading", patience: Patience, limit: float) -> bytes | None:
    """The next bytes, or None at the end; what goes wrong after a complete answer does not undo it.

    Only the time waited here counts as silence: a consumer that is slow itself is no fault of the backend's.
    """
    began = time.monotonic()
    try:
        data = await patience.wait(anext(source, None), limit - reading.silence)
        reading.silence += time.monotonic() - began
        return data
    except TimeoutError:
        if reading.complete:
            return None
        raise reading.timeout(limit) from None
    except InhouseError as exc:
        if reading.complete:
            return None
        if reading.started and exc.kind is ErrorKind.UNREACHABLE:
            raise reading.incomplete("The connection was cut") from exc
        raise


class _Reading:
    """What one stream has said so far. `silence`: seconds waited since something came that counts."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._size = 0
        self._finish: FinishReason | None = None
        self.done = False
        self._usage: TokenUsage | None = None
        self._stage: Stage | None = None
        self.started = False
        self.silence = 0.0

    @property
    def complete(self) -> bool:
        return self._finish is not None or (self.done and self.started)

    def take(self, sse: SseEvent) -> list[Event]:
        if self.done:
            return []
        if sse.data.strip() == b"[DONE]":
            self.done = True
            self.silence = 0.0
            return []
        try:
            chunk = self._chunk(sse)
        except InhouseError:
            if self.complete:
                return []
            raise
        return self._events(chunk)

    def _chunk(self, sse: SseEvent) -> Chunk:
        try:
            payload = parse(sse.data)
        except ValueError:
            if sse.event != "error":
                raise self._bad("The stream holds an event that is not JSON") from None
            payload = {"error": "error"}
        fields = as_object(payload)
        if not fields and payload != {}:
            raise self._bad("The stream holds an event that is not an object")
        chunk = read_chunk(fields)
        error = fields if sse.event == "error" and chunk.error is None else chunk.error
        if error is not None:
            raise in_stream(error, model=self._rules.model, secret=self._rules.secret)
        return chunk

    def _events(self, chunk: Chunk) -> list[Event]:
        found: list[Event] = []
        if chunk.usage is not None:
            self._usage = chunk.usage
        if self._finish is not None:
            return found
        if chunk.calls_tool:
            raise self._bad("The model called a tool although none was offered")
        if chunk.prompt_progress is not None and not self.started:
            self.silence = 0.0
            progress = chunk.prompt_progress
            found.append(Progress(Stage.PROMPT, str(self._rules.model), progress.processed, progress.total))
        if chunk.thinking:
            self._carry(chunk.thinking, Stage.THINKING, found)
            found.append(ThinkingDelta(chunk.thinking))
        if chunk.text:
            self._carry(chunk.text, Stage.WRITING, found)
            found.append(TextDelta(chunk.text))
        if chunk.finish_reason is not None:
            self._finish = chunk.finish_reason
            self.silence = 0.0
        return found

    def _carry(self, text: str, stage: Stage, found: list[Event]) -> None:
        self.started = True
        self.silence = 0.0
        self._size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self._size > self._rules.answer_bytes:
            raise self._error(
                ErrorKind.TOO_LARGE,
                f"The answer of {self._rules.model.backend} is larger than limits.answer_bytes allows",
                "Ask for a shorter answer, or raise limits.answer_bytes.",
            )
        if self._stage is not stage:
            self._stage = stage
            found.append(Progress(stage, str(self._rules.model)))

    def finish(self) -> Finished:
        """The end of the answer; raises if it was not complete."""
        if not self.complete:
            if self.started:
                raise self.incomplete("The stream ended")
            raise self._bad("The answer is empty")
        counted = self._usage
        usage = Usage(counted.input, counted.output, exact=True) if counted else Usage(0, 0, exact=False)
        model = self._rules.model
        return Finished(self._finish or FinishReason.STOP, usage, str(model), model.backend)

    def timeout(self, limit: float) -> InhouseError:
        what = "sent nothing more" if self.started else "sent no first token"
        hint = "Raise idle_timeout" if self.started else "Raise first_token_timeout"
        return self._error(
            ErrorKind.TIMEOUT,
            f"{self._rules.model.backend} {what} for {limit:g} s",
            f"{hint} of this backend if it needs that long.",
        )

    def incomplete(self, what: str) -> InhouseError:
        return self._error(
            ErrorKind.INCOMPLETE,
            f"{what} before the answer of {self._rules.model.backend} was complete",
            "What has arrived so far may be cut off; ask again.",
        )

    def _bad(self, what: str) -> InhouseError:
        return self._error(
            ErrorKind.BAD_RESPONSE,
            f"{what}, from {self._rules.model.backend}",
            "Check that the URL names an OpenAI-compatible server.",
        )

    def _error(self, kind: ErrorKind, sentence: str, hint: str) -> InhouseError:
        model = self._rules.model
        return InhouseError(kind=kind, message=f"{sentence}.", hint=hint, backend=model.backend, model=str(model))

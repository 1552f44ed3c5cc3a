"""Filling in by llama.cpp's `POST /infill`, which knows the markers of its model by itself.

Facts of b11549, recorded: `input_prefix` and `input_suffix` must both be there, even if empty (400); of the prefix
three quarters of the server's batch at most are taken from its end, of the suffix one quarter from its start;
`input_extra` goes before them in the form for repositories, where the vocabulary has one; without markers it answers
501; the stream is of llama.cpp's own shape and has no `[DONE]`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

from inhouse.domain.events import Event, FinishReason
from inhouse.domain.fill import Fill
from inhouse.governance.admission import AdmittedFill
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim.answer import FilledIn
from inhouse.inference.openai.answer import read
from inhouse.inference.openai.chunks import Chunk, TokenUsage
from inhouse.inference.openai.client import stream
from inhouse.inference.openai.messages import encoded
from inhouse.inference.openai.refusals import in_stream
from inhouse.inference.openai.rules import Rules
from inhouse.inference.openai.wire import malformed
from inhouse.inference.sse import SseEvent, SseParser
from inhouse.inference.tolerant import Json, as_object, integer, parse, text


async def infill(channel: Channel, admitted: AdmittedFill, rules: Rules, stack: AsyncExitStack) -> AsyncIterator[Event]:
    """What the model writes. The connection lives on `stack`."""
    answer = await stream(channel, "/infill", infill_body(admitted.fill), admitted.fill, stack)
    rules = replace(rules, secret=answer.secret)
    async for event in read(answer.chunks, rules, InfillWire(rules), (FilledIn(admitted.fill.request.stop),)):
        yield event


def infill_body(fill: Fill) -> bytes:
    """`model` is for a server with several. Markers in the text are left to it: it reads them as the text they are."""
    request = fill.request
    body: dict[str, object] = {
        "model": fill.model.id.name,
        "input_prefix": request.prefix,
        "input_suffix": request.suffix,
        "input_extra": [{"filename": each.name, "text": each.text} for each in request.snippets],
        "prompt": "",
        "n_predict": request.max_tokens,
        "stream": True,
        "stop": list(request.stop),
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    return encoded(body)


class InfillWire:
    """One JSON object an event, `stop` in the last one."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        parser = SseParser(line_limit=rules.line_bytes, event_limit=rules.line_bytes)
        self.feed = parser.feed
        self.close = parser.close

    def chunk(self, sse: SseEvent, /) -> Chunk:
        try:
            fields = as_object(parse(sse.data))
        except ValueError:
            raise malformed(self._rules, "The stream holds an event that is not JSON") from None
        if not fields:
            raise malformed(self._rules, "The stream holds an event that is not an object")
        if error := fields.get("error"):
            said = error if isinstance(error, str) else as_object(error)
            raise in_stream(said, model=self._rules.model, secret=self._rules.secret)
        ended = fields.get("stop") is True
        return Chunk(
            text=text(fields, "content"),
            finish_reason=_finish_reason(fields) if ended else None,
            usage=_usage(fields) if ended else None,
            done=ended,
        )


def _finish_reason(fields: Json) -> FinishReason:
    return FinishReason.LENGTH if text(fields, "stop_type") == "limit" else FinishReason.STOP


def _usage(fields: Json) -> TokenUsage | None:
    read, written = integer(fields, "tokens_evaluated"), integer(fields, "tokens_predicted")
    return None if read is None or written is None or read < 0 or written < 0 else TokenUsage(read, written)

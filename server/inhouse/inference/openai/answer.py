"""A streamed answer: bytes in, domain events out, complete or an error (interface §4.2)."""

import time
from collections.abc import AsyncIterator, Iterable

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event
from inhouse.inference.openai.inline_thinking import InlineThinking
from inhouse.inference.openai.patience import Patience
from inhouse.inference.openai.reading import Reading
from inhouse.inference.openai.rules import Rules as Rules
from inhouse.inference.openai.unable import advice_on_parser
from inhouse.inference.openai.wire import SseWire, T, Wire
from inhouse.inference.text_filter import TextFilter
from inhouse.inference.tools.in_text import CallsInText

AFTERMATH = 2.0
"""Seconds for which a usage chunk and `[DONE]` are awaited once an answer is complete."""

BODY_END = 0.2
"""Seconds for which the body's end is awaited after `[DONE]`: read to its end, the connection can be used again."""


def events(chunks: AsyncIterator[bytes], rules: Rules) -> AsyncIterator[Event]:
    """The events of a streamed chat completion."""
    return read(chunks, rules, SseWire(rules), chat_filters(rules))


def chat_filters(rules: Rules) -> tuple[TextFilter, ...]:
    """What the text of a chat goes through."""
    thinking = InlineThinking(opened=rules.begins_thinking)
    if not rules.tools:
        return (thinking,)
    advice = None if rules.tool_calls_in_text else advice_on_parser(rules.kind, rules.model)
    return thinking, CallsInText(rules.tools, rules.tool_arguments_bytes, advice)


async def read(
    chunks: AsyncIterator[bytes], rules: Rules, wire: Wire[T], filters: Iterable[TextFilter]
) -> AsyncIterator[Event]:
    """The events of one answer, `Finished` last.

    Raises InhouseError: `incomplete`, `bad_response`, `too_large`, `timeout`, or what the server reported.
    """
    reading = Reading(rules, filters)
    limit = rules.first_token_timeout
    source = aiter(chunks)
    patience = Patience()
    ended = False
    try:
        while not (ended or reading.left):
            data = await _next(source, reading, patience, limit)
            ended = data is None
            for item in wire.close() if data is None else wire.feed(data):
                if reading.done or reading.left:
                    break
                try:
                    chunk = wire.chunk(item)
                except InhouseError:
                    if reading.complete:
                        continue
                    raise
                for event in reading.take(chunk):
                    yield event
            limit = _limit(reading, rules)
        finished = reading.finish()
    except InhouseError:
        for event in reading.held():
            yield event
        raise
    yield finished


def _limit(reading: Reading, rules: Rules) -> float:
    """Seconds of silence that are borne now."""
    if reading.complete:
        return BODY_END if reading.done else AFTERMATH
    return rules.idle_timeout if reading.started else rules.first_token_timeout


async def _next(source: AsyncIterator[bytes], reading: Reading, patience: Patience, limit: float) -> bytes | None:
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

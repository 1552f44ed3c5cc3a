"""Filling in by `POST /v1/completions`: the family's markers in the prompt, or a plain text to go on with.

`suffix` is not used: vLLM 0.32 refuses it (400, recorded), so does TGI (422), llama.cpp ignores it (recorded),
SGLang has it only with a completion template.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

from inhouse.domain.conversation import SamplingOptions
from inhouse.domain.events import Event
from inhouse.domain.fill import Fill
from inhouse.governance.admission import AdmittedFill
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim.answer import FilledIn
from inhouse.inference.fim.markers import markers_of
from inhouse.inference.fim.prompt import raw_prompt
from inhouse.inference.openai.answer import read
from inhouse.inference.openai.body import MOST_STOPS, STREAMED, sampling
from inhouse.inference.openai.client import stream
from inhouse.inference.openai.dialect import Dialect
from inhouse.inference.openai.messages import encoded
from inhouse.inference.openai.rules import Rules
from inhouse.inference.openai.wire import SseWire


async def fill(
    channel: Channel,
    admitted: AdmittedFill,
    extras: Mapping[str, object],
    rules: Rules,
    stack: AsyncExitStack,
    dialect: Dialect,
) -> AsyncIterator[Event]:
    """What the model writes. The connection lives on `stack`.

    Raises `unsupported`, before anything is sent, for a place that this model cannot see both sides of.
    """
    prompt, ends = raw_prompt(admitted.fill)
    body = fill_body(admitted.fill, prompt, ends, extras, dialect)
    answer = await stream(channel, "/v1/completions", body, admitted.fill, stack)
    rules = replace(rules, secret=answer.secret)
    async for event in read(answer.chunks, rules, SseWire(rules), (filled_in(admitted.fill, ends),)):
        yield event


def fill_body(fill: Fill, prompt: str, ends: tuple[str, ...], extras: Mapping[str, object], dialect: Dialect) -> bytes:
    """Of the ends, the server is told as many as every server takes; `FilledIn` knows them all."""
    options = SamplingOptions(temperature=fill.request.temperature, stop=ends[:MOST_STOPS])
    body = {
        "model": dialect.model_name or fill.model.id.name,
        "prompt": prompt,
        **STREAMED,
        **sampling(options, dialect),
        **extras,
        "max_tokens": fill.request.max_tokens,
    }
    return encoded(body)


def filled_in(fill: Fill, ends: tuple[str, ...]) -> FilledIn:
    """The filter of an answer that was asked for in a raw completion."""
    markers = markers_of(fill.model)
    return FilledIn(ends, tuple(filter(None, (markers.middle.strip(),))) if markers else ())

"""Answers over Ollama's own API. Another `num_ctx` than last time loads the model anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

from inhouse.domain.events import Event
from inhouse.governance.admission import Admitted
from inhouse.inference.egress.channel import Channel
from inhouse.inference.ollama.body import chat_body, generate_body
from inhouse.inference.ollama.wire import OllamaWire
from inhouse.inference.openai.answer import chat_filters, read
from inhouse.inference.openai.client import Headers, stream
from inhouse.inference.openai.rules import Rules
from inhouse.inference.openai.transcript import RawAnswer
from inhouse.inference.tools.schemas import check_schemas


async def chat(
    channel: Channel, admitted: Admitted, headers: Headers, rules: Rules, stack: AsyncExitStack
) -> AsyncIterator[Event]:
    """The answer's events. The connection lives on `stack`."""
    if rules.tools:
        await asyncio.to_thread(check_schemas, rules.tools)
    body = chat_body(admitted.prompt)
    answer = await stream(channel, "/api/chat", body, admitted.prompt, stack, headers=headers)
    rules = replace(rules, secret=answer.secret)
    async for event in read(answer.chunks, rules, OllamaWire(rules), chat_filters(rules)):
        yield event


async def complete(
    channel: Channel, admitted: Admitted, headers: Headers, rules: Rules, stack: AsyncExitStack
) -> AsyncIterator[Event]:
    """As `chat`, for a model without a chat template: a transcript of our own is gone on with. No tools."""
    body = generate_body(admitted.prompt)
    answer = await stream(channel, "/api/generate", body, admitted.prompt, stack, headers=headers)
    rules = replace(rules, tools=(), secret=answer.secret)
    async for event in read(answer.chunks, rules, OllamaWire(rules), (RawAnswer(),)):
        yield event

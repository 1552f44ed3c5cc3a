"""The OpenAI API over one channel: stream a chat, and tell what a refusal means."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event
from inhouse.domain.fill import Fill
from inhouse.domain.models import ModelId
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import Admitted
from inhouse.inference.egress.channel import Answer, Channel
from inhouse.inference.openai.answer import events, read
from inhouse.inference.openai.body import chat_body, completion_body
from inhouse.inference.openai.chunks import read_chunk
from inhouse.inference.openai.dialect import OPENAI, Dialect
from inhouse.inference.openai.refusals import in_stream, refusal
from inhouse.inference.openai.rules import Rules
from inhouse.inference.openai.transcript import RawAnswer
from inhouse.inference.openai.wire import SseWire
from inhouse.inference.tolerant import Json, parse
from inhouse.inference.tools.schemas import check_schemas

Headers = tuple[tuple[str, str], ...]

_STREAM_TYPES = ("text/event-stream", "text/plain", "application/octet-stream", "application/x-ndjson", "")


async def chat(
    channel: Channel,
    admitted: Admitted,
    extras: Mapping[str, object],
    rules: Rules,
    stack: AsyncExitStack,
    dialect: Dialect = OPENAI,
    *,
    headers: Headers = (),
) -> AsyncIterator[Event]:
    """The answer's events. The connection lives on `stack`, whose owner closes it however this ends.

    Raises `invalid_request` before anything is sent if the schema of a tool is none.
    """
    if rules.tools:
        await asyncio.to_thread(check_schemas, rules.tools)
    body = chat_body(admitted.prompt, extras, dialect)
    answer = await stream(channel, "/v1/chat/completions", body, admitted.prompt, stack, headers=headers)
    async for event in events(answer.chunks, replace(rules, secret=answer.secret)):
        yield event


async def complete(
    channel: Channel,
    admitted: Admitted,
    extras: Mapping[str, object],
    rules: Rules,
    stack: AsyncExitStack,
    dialect: Dialect = OPENAI,
    *,
    headers: Headers = (),
) -> AsyncIterator[Event]:
    """As `chat`, for a model without a chat template: a transcript of our own is gone on with. No tools."""
    body = completion_body(admitted.prompt, extras, dialect)
    answer = await stream(channel, "/v1/completions", body, admitted.prompt, stack, headers=headers)
    rules = replace(rules, tools=(), secret=answer.secret)
    async for event in read(answer.chunks, rules, SseWire(rules), (RawAnswer(),)):
        yield event


async def stream(
    channel: Channel, path: str, body: bytes, asked: Prompt | Fill, stack: AsyncExitStack, *, headers: Headers = ()
) -> Answer:
    """An answer whose body is a stream; raises what any other answer means."""
    answer = await stack.enter_async_context(
        channel.request("POST", path, body=body, request_id=asked.request.id, headers=headers)
    )
    await check(channel, answer, model=asked.model.id)
    if _content_type(answer) not in _STREAM_TYPES:
        await _not_a_stream(channel, answer, asked.model.id)
    return answer


async def check(channel: Channel, answer: Answer, *, model: ModelId | None) -> None:
    """Raise what a status other than 200 means."""
    if answer.status != 200:
        body = b"" if 300 <= answer.status < 400 else await answer.start_of_body()
        raise failure(channel, answer, body, model=model)


def failure(channel: Channel, answer: Answer, body: bytes, *, model: ModelId | None) -> InhouseError:
    """What an answer with a status other than 200 means; `body` is the start of its body."""
    end = channel.endpoint
    if 300 <= answer.status < 400:
        return InhouseError(
            kind=ErrorKind.BAD_RESPONSE,
            message=f"{end.backend} redirects to another address, and redirects are never followed.",
            hint="Set the backend's url to where the server really is.",
            backend=end.backend,
            model=str(model) if model else None,
            status=answer.status,
        )
    error = refusal(answer.status, dict(answer.headers), body, model=model, backend=end.backend, secret=answer.secret)
    if answer.advice is not None:
        error.message, error.hint = answer.advice.sentence, answer.advice.hint
    return error


async def _not_a_stream(channel: Channel, answer: Answer, model: ModelId) -> None:
    """A 200 that is no stream: an error object that came with the wrong status, or not such a server at all."""
    end = channel.endpoint
    body = await answer.start_of_body()
    error = _error_in(body) if _content_type(answer) == "application/json" else None
    if error is not None:
        raise in_stream(error, model=model, secret=answer.secret)
    content_type = _content_type(answer)
    if answer.secret is not None:
        content_type = answer.secret.taken_out_of(content_type)
    raise InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{end.backend} answered with {content_type} instead of a stream of events.",
        hint="Check that the URL names an OpenAI-compatible server, not a web page or a login.",
        backend=end.backend,
        model=str(model),
        status=answer.status,
    )


def _error_in(body: bytes) -> Json | str | None:
    try:
        return read_chunk(parse(body)).error
    except ValueError:
        return None


def _content_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()

"""The OpenAI API over one channel: stream a chat, and tell what a refusal means."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event
from inhouse.domain.models import ModelId
from inhouse.governance.admission import Admitted
from inhouse.inference.egress.channel import ERROR_BODY_LIMIT, Answer, Channel
from inhouse.inference.openai.answer import Rules, events
from inhouse.inference.openai.body import chat_body
from inhouse.inference.openai.chunks import read_chunk
from inhouse.inference.openai.refusals import in_stream, refusal
from inhouse.inference.tolerant import Json, parse

ERROR_BODY_SECONDS = 2.0
"""For which an error's body is awaited: its status says most of it."""

_STREAM_TYPES = ("text/event-stream", "text/plain", "application/octet-stream", "application/x-ndjson", "")


async def chat(
    channel: Channel,
    admitted: Admitted,
    extras: Mapping[str, object],
    rules: Rules,
    stack: AsyncExitStack,
    *,
    headers: tuple[tuple[str, str], ...] = (),
) -> AsyncIterator[Event]:
    """The answer's events. The connection lives on `stack`, whose owner closes it however this ends."""
    prompt = admitted.prompt
    body = chat_body(prompt, extras)
    answer = await stack.enter_async_context(
        channel.request("POST", "/v1/chat/completions", body=body, request_id=prompt.request.id, headers=headers)
    )
    await check(channel, answer, model=prompt.model.id)
    if _content_type(answer) not in _STREAM_TYPES:
        await _not_a_stream(channel, answer, prompt.model.id)
    async for event in events(answer.chunks, rules):
        yield event


async def check(channel: Channel, answer: Answer, *, model: ModelId | None) -> None:
    """Raise what a status other than 200 means."""
    if answer.status != 200:
        body = b"" if 300 <= answer.status < 400 else await _start_of_body(answer)
        raise failure(channel, answer.status, answer.headers, body, model=model)


def failure(
    channel: Channel, status: int, headers: Mapping[str, str], body: bytes, *, model: ModelId | None
) -> InhouseError:
    """What an answer with a status other than 200 means."""
    end = channel.endpoint
    if 300 <= status < 400:
        return InhouseError(
            kind=ErrorKind.BAD_RESPONSE,
            message=f"{end.backend} redirects to another address, and redirects are never followed.",
            hint="Set the backend's url to where the server really is.",
            backend=end.backend,
            model=str(model) if model else None,
            status=status,
        )
    secret = end.credential.secret if end.credential else None
    return refusal(status, dict(headers), body, model=model, backend=end.backend, secret=secret)


async def _start_of_body(answer: Answer) -> bytes:
    """Enough of an error's body to understand it; a body that breaks off or never ends changes nothing."""
    try:
        async with asyncio.timeout(ERROR_BODY_SECONDS):
            return await answer.body(ERROR_BODY_LIMIT)
    except (InhouseError, TimeoutError):
        return b""


async def _not_a_stream(channel: Channel, answer: Answer, model: ModelId) -> None:
    """A 200 that is no stream: an error object that came with the wrong status, or not such a server at all."""
    end = channel.endpoint
    body = await _start_of_body(answer)
    error = _error_in(body) if _content_type(answer) == "application/json" else None
    if error is not None:
        raise in_stream(error, model=model, secret=end.credential.secret if end.credential else None)
    raise InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{end.backend} answered with {_content_type(answer)} instead of a stream of events.",
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

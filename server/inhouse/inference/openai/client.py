"""The OpenAI API over one channel: stream a chat, and tell what a refusal means."""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event
from inhouse.domain.models import ModelId
from inhouse.governance.admission import Admitted
from inhouse.inference.egress.channel import Answer, Channel
from inhouse.inference.openai.answer import Rules, events
from inhouse.inference.openai.body import chat_body
from inhouse.inference.openai.chunks import read_chunk
from inhouse.inference.openai.dialect import OPENAI, Dialect
from inhouse.inference.openai.refusals import in_stream, refusal
from inhouse.inference.tolerant import Json, parse

_STREAM_TYPES = ("text/event-stream", "text/plain", "application/octet-stream", "application/x-ndjson", "")


async def chat(
    channel: Channel,
    admitted: Admitted,
    extras: Mapping[str, object],
    rules: Rules,
    stack: AsyncExitStack,
    *,
    dialect: Dialect = OPENAI,
    headers: tuple[tuple[str, str], ...] = (),
) -> AsyncIterator[Event]:
    """The answer's events. The connection lives on `stack`, whose owner closes it however this ends."""
    prompt = admitted.prompt
    body = chat_body(prompt, extras, dialect)
    answer = await stack.enter_async_context(
        channel.request("POST", "/v1/chat/completions", body=body, request_id=prompt.request.id, headers=headers)
    )
    await check(channel, answer, model=prompt.model.id)
    if _content_type(answer) not in _STREAM_TYPES:
        await _not_a_stream(channel, answer, prompt.model.id)
    async for event in events(answer.chunks, dataclasses.replace(rules, secret=answer.secret)):
        yield event


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

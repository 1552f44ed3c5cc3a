"""Exact counts by the server's own tokenizer: the request that all of them have in common."""

from collections.abc import Mapping

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.egress.channel import Channel
from inhouse.inference.openai.client import check
from inhouse.inference.openai.messages import encoded
from inhouse.inference.tolerant import parse

_ANSWER_BYTES = 64_000_000


async def posted(channel: Channel, path: str, body: Mapping[str, object], request_id: str) -> object:
    """The JSON value of the answer; raises `bad_response` where the server has no such path or answers otherwise."""
    async with channel.request("POST", path, body=encoded(body), request_id=request_id) as answer:
        if answer.status in (404, 405):
            raise uncounted(channel, answer.status)
        await check(channel, answer, model=None)
        try:
            return parse(await answer.body(_ANSWER_BYTES))
        except ValueError:
            raise uncounted(channel) from None


def uncounted(channel: Channel, status: int | None = None) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{channel.endpoint.backend} did not answer a token count with a number.",
        hint="Correct this backend's kind, or leave it to auto.",
        backend=channel.endpoint.backend,
        status=status,
    )

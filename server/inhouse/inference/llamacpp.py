"""What llama.cpp's server offers beyond the OpenAI API: exact token counts, and progress while a prompt is read.

Facts from llama.cpp b11549, recorded: `POST /v1/chat/completions/input_tokens` equals the answer's own usage;
`POST /tokenize` with a misnamed field answers an empty list instead of an error.
"""

from collections.abc import Mapping

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.governance.admission import Admitted, AdmittedText
from inhouse.inference.egress.channel import Channel
from inhouse.inference.openai.body import prompt_fields
from inhouse.inference.openai.client import check
from inhouse.inference.openai.messages import encoded
from inhouse.inference.tolerant import Json, as_list, as_object, integer, parse

CHAT_EXTRAS = {"return_progress": True, "sse_ping_interval": 10}
"""Fields of a chat request that other servers may refuse."""

_ANSWER_BYTES = 64_000_000


async def count_messages(channel: Channel, admitted: Admitted) -> int:
    """Tokens of the prompt that the server's own template makes of the messages."""
    prompt = admitted.prompt
    path = "/v1/chat/completions/input_tokens"
    answer = await _post(channel, path, prompt_fields(prompt), prompt.request.id)
    tokens = integer(answer, "input_tokens")
    if tokens is None:
        raise _unreadable(channel)
    return tokens


async def count_text(channel: Channel, admitted: AdmittedText) -> int:
    """Tokens of a text alone: no BOS or EOS, special markers as plain text."""
    if not admitted.text:
        return 0
    body = {"content": admitted.text, "add_special": False, "parse_special": False}
    answer = await _post(channel, "/tokenize", body, admitted.request_id)
    tokens = as_list(answer.get("tokens"))
    if not tokens:
        raise _unreadable(channel)
    return len(tokens)


async def _post(channel: Channel, path: str, body: Mapping[str, object], request_id: str) -> Json:
    async with channel.request("POST", path, body=encoded(body), request_id=request_id) as answer:
        if answer.status == 404:
            raise _unreadable(channel)
        await check(channel, answer, model=None)
        try:
            return as_object(parse(await answer.body(_ANSWER_BYTES)))
        except ValueError:
            raise _unreadable(channel) from None


def _unreadable(channel: Channel) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{channel.endpoint.backend} did not answer a token count with a number.",
        hint="Set this backend's kind to openai if it is not llama.cpp.",
        backend=channel.endpoint.backend,
    )

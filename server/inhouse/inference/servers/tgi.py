"""Text Generation Inference, versions 2 and 3: one model, described by `GET /info`.

Facts from its router (router/src/server.rs, lib.rs): a `model` other than "tgi" names an adapter; `max_total_tokens`
bounds prompt and answer together; `POST /chat_tokenize` renders the chat template and answers 422 where there is none;
tools work by a grammar on every model that has a template; a streamed completion shows all tokens as they are, those
that end it included, and takes a temperature of 0 for greedy.
"""

from inhouse.domain.models import Kind
from inhouse.governance.admission import Admitted, AdmittedText
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim.prompt import filling
from inhouse.inference.listing import ListedModel, Listing, plausible
from inhouse.inference.openai.body import prompt_fields
from inhouse.inference.openai.dialect import TGI
from inhouse.inference.prober import Prober, not_a_list
from inhouse.inference.servers import openai
from inhouse.inference.servers.counting import posted, uncounted
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import as_list, as_object, integer, text


async def list_models(prober: Prober) -> Listing:
    info = (await prober.required("/info")).fields
    name = text(info, "model_id")
    if not name:
        raise not_a_list(prober.backend, "/info")
    chat = await _has_template(prober)
    longest = plausible(integer(info, "max_input_tokens"))
    detail = "" if longest is None else f"prompts of at most {longest} tokens"
    length = plausible(integer(info, "max_total_tokens"))
    model = ListedModel(name, length, chat=chat, tools=chat, images=None, thinking=None, detail=detail)
    return Listing((model,), text(info, "version") or None)


async def _has_template(prober: Prober) -> bool | None:
    fact = "template"
    known = prober.known.fact(fact)
    if known is None:
        body = {"model": TGI.model_name, "messages": [{"role": "user", "content": "Hi"}]}
        reply = await prober.optional("/chat_tokenize", body)
        if reply is None or reply.status not in (200, 422):
            return None
        known = prober.known.learn(fact, value=reply.status == 200 or b"emplate" not in reply.body)
    return known


async def count_messages(channel: Channel, admitted: Admitted) -> int:
    body = prompt_fields(admitted.prompt, TGI)
    answer = as_object(await posted(channel, "/chat_tokenize", body, admitted.prompt.request.id))
    tokens = as_list(answer.get("tokenize_response"))
    if not tokens:
        raise uncounted(channel)
    return len(tokens)


async def count_text(channel: Channel, admitted: AdmittedText) -> int:
    if not admitted.text:
        return 0
    body = {"inputs": admitted.text, "parameters": {"add_special_tokens": False}}
    tokens = as_list(await posted(channel, "/tokenize", body, admitted.request_id))
    if not tokens:
        raise uncounted(channel)
    return len(tokens)


SERVER = Server(
    Kind.TGI,
    list_models,
    openai.chat(dialect=TGI),
    openai.complete(TGI),
    openai.fill(dialect=TGI),
    filling,
    count_messages,
    count_text,
)

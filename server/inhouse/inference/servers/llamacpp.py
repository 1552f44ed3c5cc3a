"""llama.cpp's server: properties of the loaded model, exact counts, and progress while a prompt is read.

Facts of llama.cpp b11549, recorded: `n_ctx` in `/props` is one slot's share; a model without a chat template is shown,
and chatted with, in a built-in ChatML one; `POST /infill` without a body answers 501 where the model has no markers for
it; `POST /v1/chat/completions/input_tokens` equals the answer's own usage; `POST /tokenize` with a misnamed field
answers an empty list instead of an error; while a model loads, every path answers 503.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from inhouse.domain.events import Event
from inhouse.domain.fill import Filling
from inhouse.domain.models import Kind, Model
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText
from inhouse.inference.egress.channel import Channel
from inhouse.inference.families import is_base_model
from inhouse.inference.listing import ListedModel, Listing, plausible
from inhouse.inference.llamacpp.infill import infill
from inhouse.inference.openai.body import prompt_fields
from inhouse.inference.openai.dialect import OPENAI
from inhouse.inference.openai.fill import fill as fill_by_completion
from inhouse.inference.openai.rules import Rules
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai
from inhouse.inference.servers.counting import posted, uncounted
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import Json, as_list, as_object, flag, integer, text

CHAT_EXTRAS = {"return_progress": True, "sse_ping_interval": 10}
"""Fields of a chat request that other servers may refuse."""

_BUILT_IN = "<|im_start|>"


async def list_models(prober: Prober) -> Listing:
    entries = await openai.entries(prober)
    props = await prober.found("/props")
    single = len(entries) == 1  # with several, a router, whose own properties say nothing of them
    models = [await _told(prober, entry, props) if single else openai.listed(entry) for entry in entries]
    return Listing(tuple(models), text(props, "build_info") or None)


async def _told(prober: Prober, entry: Json, props: Json) -> ListedModel:
    model = openai.listed(entry)
    slot = as_object(props.get("default_generation_settings"))
    caps = as_object(props.get("chat_template_caps"))
    chat = _has_template(model.name, text(props, "model_path"), text(props, "chat_template"))
    slots = integer(props, "total_slots")
    facts = [text(props, "model_ftype"), f"{slots} slots" if slots and slots > 1 else ""]
    return ListedModel(
        model.name,
        context_length=plausible(integer(slot, "n_ctx")) or model.context_length,
        chat=chat,
        tools=flag(caps, "supports_tools") if chat is not False else False,
        images=flag(as_object(props.get("modalities")), "vision"),
        thinking="enable_thinking" in text(props, "chat_template") if props else None,
        fim=await _fills_in(prober, model.name),
        detail=", ".join(filter(None, facts)),
    )


def _has_template(name: str, path: str, template: str) -> bool | None:
    """A base model has none, whatever is shown in its place."""
    if not template:
        return None
    file = path.replace("\\", "/").rpartition("/")[2]
    return not (template.count(_BUILT_IN) and (is_base_model(name) or is_base_model(file)))


async def _fills_in(prober: Prober, name: str) -> bool | None:
    fact = f"fim {name}"
    known = prober.known.fact(fact)
    if known is None:
        reply = await prober.optional("/infill", {})
        if reply is None or reply.status not in (200, 400, 501):
            return None
        known = prober.known.learn(fact, value=reply.status != 501)
    return known


def filling(model: Model) -> Filling:
    return Filling.SNIPPETS if model.capabilities.fim else Filling.END


def fill(channel: Channel, admitted: AdmittedFill, rules: Rules, stack: AsyncExitStack) -> AsyncIterator[Event]:
    """The server knows the markers of its model itself; without any, what stands before the place is gone on with."""
    if admitted.fill.model.capabilities.fim:
        return infill(channel, admitted, rules, stack)
    return fill_by_completion(channel, admitted, {}, rules, stack, OPENAI)


async def count_messages(channel: Channel, admitted: Admitted) -> int:
    """Tokens of the prompt that the server's own template makes of the messages."""
    body = prompt_fields(admitted.prompt)
    answer = await posted(channel, "/v1/chat/completions/input_tokens", body, admitted.prompt.request.id)
    tokens = integer(as_object(answer), "input_tokens")
    if tokens is None:
        raise uncounted(channel)
    return tokens


async def count_text(channel: Channel, admitted: AdmittedText) -> int:
    """Tokens of a text alone: no BOS or EOS, special markers as plain text."""
    if not admitted.text:
        return 0
    body = {"content": admitted.text, "add_special": False, "parse_special": False}
    answer = await posted(channel, "/tokenize", body, admitted.request_id)
    tokens = as_list(as_object(answer).get("tokens"))
    if not tokens:
        raise uncounted(channel)
    return len(tokens)


SERVER = Server(
    Kind.LLAMACPP, list_models, openai.chat(CHAT_EXTRAS), openai.complete(), fill, filling, count_messages, count_text
)

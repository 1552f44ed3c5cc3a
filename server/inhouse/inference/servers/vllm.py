"""vLLM: the context length in its list, and by trial what it publishes nowhere.

Facts of vLLM 0.32, recorded: `POST /tokenize` with messages answers 400 where there is no chat template, and counts a
chat exactly as its usage will; `tool_choice: auto` without a tool parser is refused before the token limits are looked
at, so a chat request that asks for more tokens than the context holds tells whether tools work and never runs.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from inhouse.domain.events import Event
from inhouse.domain.models import Kind
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim.prompt import filling
from inhouse.inference.listing import ListedModel, Listing
from inhouse.inference.openai import client
from inhouse.inference.openai.body import prompt_fields
from inhouse.inference.openai.client import Headers
from inhouse.inference.openai.dialect import OPENAI
from inhouse.inference.openai.fill import fill as fill_by_completion
from inhouse.inference.openai.rules import Rules
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai
from inhouse.inference.servers.counting import posted, uncounted
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import Json, as_object, integer, text

_HELLO: list[dict[str, object]] = [{"role": "user", "content": "Hi"}]
_PARAMETERS: dict[str, object] = {"type": "object", "properties": {}}
_TOOL: dict[str, object] = {"type": "function", "function": {"name": "probe", "parameters": _PARAMETERS}}


async def list_models(prober: Prober) -> Listing:
    entries = await openai.entries(prober)
    version = text(await prober.found("/version"), "version") or None
    models = [await _told(prober, entry, version) for entry in entries]
    return Listing(tuple(models), version)


async def _told(prober: Prober, entry: Json, version: str | None) -> ListedModel:
    model = openai.listed(entry)
    base = text(entry, "parent") or model.name  # an adapter shares its base model's template and server
    chat = await _has_template(prober, base)
    tools = False if chat is False else await _calls_tools(prober, base, model.context_length, version)
    return ListedModel(model.name, model.context_length, chat=chat, tools=tools, detail=_adapter(entry))


def _adapter(entry: Json) -> str:
    parent = text(entry, "parent")
    return f"an adapter of {parent}" if parent else ""


async def _has_template(prober: Prober, name: str) -> bool | None:
    fact = f"template {name}"
    known = prober.known.fact(fact)
    if known is None:
        if not prober.may_try():
            return None
        reply = await prober.optional("/tokenize", {"model": name, "messages": _HELLO})
        if reply is None or reply.status not in (200, 400):
            return None
        known = prober.known.learn(fact, value=reply.status == 200 or b"template" not in reply.body)
    return known


async def _calls_tools(prober: Prober, name: str, context_length: int | None, version: str | None) -> bool | None:
    """Asked of a server that is vLLM for certain only, because another might answer the request."""
    fact = "tools"
    known = prober.known.fact(fact)
    if known is None:
        if version is None or context_length is None:
            return None
        body: dict[str, object] = {
            "model": name,
            "messages": _HELLO,
            "tools": [_TOOL],
            "tool_choice": "auto",
            "max_tokens": context_length + 1,
        }
        reply = await prober.optional("/v1/chat/completions", body)
        if reply is None or reply.status != 400:
            return None
        known = prober.known.learn(fact, value=b"tool choice requires" not in reply.body)
    return known


def chat(
    channel: Channel, admitted: Admitted, headers: Headers, rules: Rules, stack: AsyncExitStack
) -> AsyncIterator[Event]:
    """What nobody waits for comes after the rest, where the server schedules by priority (lower is earlier); older
    versions than 0.32 refuse one where they do not."""
    behind = admitted.prompt.request.purpose == "background" and _is_at_least(rules.version, 0, 32)
    extras = {"priority": BACKGROUND} if behind else {}
    return client.chat(channel, admitted, extras, rules, stack, headers=headers)


def fill(channel: Channel, admitted: AdmittedFill, rules: Rules, stack: AsyncExitStack) -> AsyncIterator[Event]:
    """With special tokens shown: else a stop text that is one is never found, and the answer goes on (0.32, tried)."""
    extras: dict[str, object] = {"skip_special_tokens": False}
    if _is_at_least(rules.version, 0, 32):
        extras["priority"] = FILL
    return fill_by_completion(channel, admitted, extras, rules, stack, OPENAI)


FILL = 5
BACKGROUND = 10
"""Priorities; 0 is what somebody waits for."""


def _is_at_least(version: str, *wanted: int) -> bool:
    parts = [int(part) for part in version.split("+")[0].split(".")[: len(wanted)] if part.isdecimal()]
    return len(parts) == len(wanted) and tuple(parts) >= wanted


async def count_messages(channel: Channel, admitted: Admitted) -> int:
    fields = prompt_fields(admitted.prompt)
    return _count(channel, await posted(channel, "/tokenize", fields, admitted.prompt.request.id))


async def count_text(channel: Channel, admitted: AdmittedText) -> int:
    body = {"prompt": admitted.text, "add_special_tokens": False}
    return _count(channel, await posted(channel, "/tokenize", body, admitted.request_id))


def _count(channel: Channel, answer: object) -> int:
    count = integer(as_object(answer), "count")
    if count is None:
        raise uncounted(channel)
    return count


SERVER = Server(Kind.VLLM, list_models, chat, openai.complete(), fill, filling, count_messages, count_text)

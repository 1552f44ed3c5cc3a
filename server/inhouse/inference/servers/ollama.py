"""Ollama: what is installed, what is loaded with which context, and what each model can do.

Facts from its sources (server/routes.go, api/types.go, server/prompt.go): the context length in `/api/show` is the
architecture's, that in `/api/ps` is what was allocated; `num_ctx` of a request decides it, and a request that does
not name one gets 4,096 on small machines and its oldest messages dropped without a word; a model with `remote_host`
runs elsewhere; `capabilities` lists completion, tools, vision, thinking, insert, embedding. A model has
`insert` if its template has a place for a suffix (server/images.go, 0.24); one without may know the markers all the
same, as its name then tells.
"""

import asyncio
from collections.abc import Mapping

from inhouse.domain.models import Kind
from inhouse.inference.listing import ListedModel, Listing, plausible
from inhouse.inference.ollama.chat import chat, complete
from inhouse.inference.ollama.fill import fill, filling
from inhouse.inference.prober import Prober, not_a_list
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import Json, as_list, as_object, integer, text

LIST = "/api/tags"
REQUESTED = 8192
"""Tokens of context for a model whose own settings name none, its architecture permitting: more would fill a laptop's
memory, and fewer hold no conversation about code."""

_MOST_SHOWN = 100
"""Models that are asked for in detail."""
_AT_ONCE = 4
_MOST_BYTES = 10**15
_NO_TEMPLATE = ("", "{{ .Prompt }}")


async def list_models(prober: Prober) -> Listing:
    answer = (await prober.required(LIST)).fields
    if not isinstance(answer.get("models"), list):
        raise not_a_list(prober.backend, LIST)
    tags = [tag for tag in map(as_object, as_list(answer.get("models"))) if text(tag, "name").isprintable()]
    loaded = _loaded(await prober.found("/api/ps"))
    version = text(await prober.found("/api/version"), "version") or None
    gate = asyncio.Semaphore(_AT_ONCE)
    shown = await asyncio.gather(*(_shown(prober, tag, gate) for tag in tags[:_MOST_SHOWN]))
    details = dict(zip((text(tag, "name") for tag in tags), shown, strict=False))
    models = (_told(tag, details.get(text(tag, "name"), {}), loaded) for tag in tags if text(tag, "name"))
    return Listing(tuple(model for model in models if model is not None), version)


def _loaded(answer: Json) -> Mapping[str, Json]:
    return {text(model, "name"): model for model in map(as_object, as_list(answer.get("models")))}


async def _shown(prober: Prober, tag: Json, gate: asyncio.Semaphore) -> Json:
    """Asked once for each digest: what has it does not change."""
    key = f"show {text(tag, 'digest')}"
    if key not in prober.memory:
        async with gate:
            reply = await prober.optional("/api/show", {"model": text(tag, "name")})
        if reply is None or reply.status != 200:
            return {}
        if not text(tag, "digest"):
            return reply.fields
        prober.memory[key] = reply.fields
    return prober.memory[key]


def _told(tag: Json, show: Json, loaded: Mapping[str, Json]) -> ListedModel | None:
    """None for a model that only makes embeddings."""
    name = text(tag, "name")
    can = as_list(show.get("capabilities")) or as_list(tag.get("capabilities"))
    if can and "completion" not in can:
        return None
    details = as_object(tag.get("details"))
    running = loaded.get(name, {})
    templated = bool(text(show, "renderer")) or text(show, "template").strip() not in _NO_TEMPLATE
    known = bool(can)
    elsewhere = bool(text(tag, "remote_host") or text(show, "remote_host"))
    return ListedModel(
        name,
        context_length=_context_length(show, running, elsewhere=elsewhere),
        chat=templated if "template" in show and not elsewhere else None,
        tools="tools" in can if known else None,
        images="vision" in can if known else None,
        thinking="thinking" in can if known else None,
        fim="insert" in can or None,
        family=text(details, "family") or None,
        elsewhere=elsewhere,
        detail=_detail(tag, details, running),
    )


def _context_length(show: Json, running: Json, *, elsewhere: bool) -> int | None:
    """As allocated; else what a request of ours will ask for: the model's own setting, or a moderate one."""
    allocated = plausible(integer(running, "context_length"))
    if allocated is not None:
        return allocated
    info = as_object(show.get("model_info"))
    trained = plausible(integer(info, f"{text(info, 'general.architecture')}.context_length"))
    wanted = _parameter(text(show, "parameters"), "num_ctx")
    if elsewhere or (wanted is None and trained is None):
        return trained
    length = wanted or REQUESTED
    return min(length, trained) if trained is not None else length


def _parameter(parameters: str, name: str) -> int | None:
    """A whole number from the lines of `parameters`, each a name and a value."""
    for line in parameters.splitlines():
        key, _, value = line.strip().partition(" ")
        if key == name and value.strip().isdecimal() and len(value.strip()) < 10:
            return plausible(int(value.strip()))
    return None


def _detail(tag: Json, details: Json, running: Json) -> str:
    facts = [text(details, "parameter_size"), text(details, "quantization_level")]
    host = text(tag, "remote_host")
    if host:
        facts.append(f"runs at {host}")
    size, on_gpu = integer(running, "size"), integer(running, "size_vram")
    if size is not None and on_gpu is not None and on_gpu >= 0 and 0 < size < _MOST_BYTES:
        facts.append("loaded" if on_gpu >= size else f"loaded, {round(100 * (size - on_gpu) / size)} % on the CPU")
    return ", ".join(filter(None, facts))


SERVER = Server(Kind.OLLAMA, list_models, chat, complete, fill, filling)

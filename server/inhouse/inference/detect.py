"""Which server software answers at a URL: asked in order, stopped at the first proof, six requests at most.

The list of models comes first, because it is needed anyway and proves most of them. What each software says of itself
is from its sources or was recorded: `owned_by` of vLLM, llama.cpp and SGLang; the `Server` header of llama.cpp, also
while it loads; `providers` of Hugging Face's router; what marks LiteLLM; `GET /` of Ollama; `router` of TGI's `/info`.
"""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable

from inhouse.domain.models import Kind
from inhouse.inference.listing import line
from inhouse.inference.prober import Prober, Reply
from inhouse.inference.servers import lmstudio, openai
from inhouse.inference.tolerant import Json, as_list, as_object, text

JITTER = 0.25
"""Seconds at most before the first request beyond the list: thousands of machines begin at the same minute."""

_OWNERS = {"vllm": Kind.VLLM, "llamacpp": Kind.LLAMACPP, "sglang": Kind.SGLANG}


async def detect(prober: Prober) -> None:
    """Writes kind and evidence into the prober's record. An unknown server counts as a plain OpenAI-compatible one;
    one that refuses the list, or left a question without an answer, stays untold: a busy Ollama taken for another
    server for a day would hide which of its models run elsewhere. Raises InhouseError where nothing answers."""
    reply = await prober.get(openai.LIST)
    known = prober.known
    if (found := by_headers(reply)) is not None or (found := by_list(reply)) is not None:
        known.tell(*found)
    elif reply.status not in (401, 403, 429) and reply.status < 500:
        await asyncio.sleep(random.uniform(0, min(JITTER, prober.patience / 10)))  # noqa: S311 - spreads load
        for probe in _PROBES:
            if (found := await probe(prober)) is not None:
                known.tell(*found)
                return
        if reply.status == 200 and not prober.unanswered:
            known.face = face(reply)
            known.tell(Kind.OPENAI, "no answer of its own to any question but the list of models")


def face(reply: Reply) -> str:
    """What a list of models shows of a server that nothing is known of."""
    owners = {text(as_object(entry), "owned_by") for entry in as_list(reply.fields.get("data"))}
    shown = " ".join((reply.headers.get("server", ""), *sorted(owners)))
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:16]


Found = tuple[Kind, str] | None


def by_headers(reply: Reply) -> Found:
    """What headers prove, on refusals too."""
    server = reply.headers.get("server", "")
    if server == "llama.cpp":
        return Kind.LLAMACPP, f"header Server: {server}"
    if openai.is_litellm(reply):
        return Kind.OPENAI, f"{openai.LIST} is LiteLLM's"
    return None


def by_list(reply: Reply) -> Found:
    entries = [as_object(entry) for entry in as_list(reply.fields.get("data"))] if reply.status == 200 else []
    for entry in entries:
        owner = text(entry, "owned_by")
        if owner in _OWNERS:
            return _OWNERS[owner], f'{openai.LIST} says owned_by "{owner}"'
        if as_list(entry.get("providers")):
            return Kind.HUGGINGFACE, f"{openai.LIST} lists providers of each model"
    return None


async def _ollama(prober: Prober) -> Found:
    """Other servers copy parts of its API, but not the words of its front page (KoboldCpp, SGLang)."""
    version = text(await prober.found("/api/version"), "version")
    if not version:
        return None
    front = await prober.optional("/")
    if front is None or b"Ollama is running" not in front.body:
        return None
    return Kind.OLLAMA, f'/ says "Ollama is running", /api/version {line(version)}'


async def _tgi(prober: Prober) -> Found:
    info = await prober.found("/info")
    if text(info, "router") == "text-generation-router" or ("max_total_tokens" in info and "model_id" in info):
        return Kind.TGI, f"/info says {line(text(info, 'router')) or 'max_total_tokens'}"
    return None


async def _lmstudio(prober: Prober) -> Found:
    models: list[Json] = [as_object(model) for model in as_list((await prober.found(lmstudio.LIST)).get("models"))]
    if any("key" in model and "loaded_instances" in model for model in models):
        return Kind.LMSTUDIO, f"{lmstudio.LIST} lists loaded_instances"
    return None


async def _sglang(prober: Prober) -> Found:
    info = await prober.found("/model_info")
    return (Kind.SGLANG, "/model_info says model_path") if text(info, "model_path") else None


_PROBES: tuple[Callable[[Prober], Awaitable[Found]], ...] = (_ollama, _tgi, _lmstudio, _sglang)

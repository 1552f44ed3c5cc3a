"""LM Studio: its own list tells what is loaded and with which context length (developer docs, REST API v1 and v0).

A model that is not loaded is loaded by its first request, with a context length that nobody can tell before.
"""

from inhouse.domain.models import Kind
from inhouse.inference.fim.prompt import filling
from inhouse.inference.listing import ListedModel, Listing, plausible
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import Json, as_list, as_object, flag, integer, text

LIST = "/api/v1/models"
_OLDER_LIST = "/api/v0/models"
_ON_DEMAND = "loaded by its first request"


async def list_models(prober: Prober) -> Listing:
    entries = as_list((await prober.found(LIST)).get("models"))
    if entries:
        return _listing([_told(entry) for entry in map(as_object, entries)])
    entries = as_list((await prober.found(_OLDER_LIST)).get("data"))
    if entries:
        return _listing([_told_before(entry) for entry in map(as_object, entries)])
    return Listing(tuple(openai.listed(entry) for entry in await openai.entries(prober)))


def _listing(models: list[ListedModel | None]) -> Listing:
    return Listing(tuple(model for model in models if model is not None and model.name))


def _told(entry: Json) -> ListedModel | None:
    if text(entry, "type") not in ("", "llm", "vlm"):
        return None
    can = as_object(entry.get("capabilities"))
    instances = [as_object(instance) for instance in as_list(entry.get("loaded_instances"))]
    config = as_object(instances[0].get("config") if instances else None)
    return ListedModel(
        text(entry, "key"),
        plausible(integer(config, "context_length")),
        tools=flag(can, "trained_for_tool_use"),
        images=flag(can, "vision"),
        thinking=bool(as_object(can.get("reasoning"))) if can else None,
        family=text(entry, "architecture") or None,
        detail=_detail(text(as_object(entry.get("quantization")), "name"), loaded=bool(instances)),
    )


def _told_before(entry: Json) -> ListedModel | None:
    if text(entry, "type") not in ("", "llm", "vlm"):
        return None
    loaded = text(entry, "state") == "loaded"
    return ListedModel(
        text(entry, "id"),
        plausible(integer(entry, "loaded_context_length")) if loaded else None,
        images=text(entry, "type") == "vlm",
        family=text(entry, "arch") or None,
        detail=_detail(text(entry, "quantization"), loaded=loaded),
    )


def _detail(quantization: str, *, loaded: bool) -> str:
    return ", ".join(filter(None, (quantization, "" if loaded else _ON_DEMAND)))


SERVER = Server(Kind.LMSTUDIO, list_models, openai.chat(), openai.complete(), openai.fill(), filling)

"""The Hugging Face router: each model with its providers, who differ in context length and tools (hub-docs,
inference-providers/hub-api.md).

A bare id goes to whichever provider the router picks, so it promises only what every live one can; `id:provider` pins
one of them.
"""

from inhouse.domain.fill import Filling
from inhouse.domain.models import Kind, Model, ModelState
from inhouse.inference.listing import ListedModel, Listing, plausible
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai
from inhouse.inference.servers.server import Server
from inhouse.inference.tolerant import Json, as_list, as_object, flag, integer, text


async def list_models(prober: Prober) -> Listing:
    models: list[ListedModel] = []
    for entry in await openai.entries(prober):
        models += _told(entry)
    return Listing(tuple(models))


def _told(entry: Json) -> list[ListedModel]:
    name = text(entry, "id")
    images = "image" in as_list(as_object(entry.get("architecture")).get("input_modalities"))
    offers = [as_object(provider) for provider in as_list(entry.get("providers"))]
    live = [offer for offer in offers if text(offer, "status") == "live"]
    if not offers:
        return [ListedModel(name, openai.listed(entry).context_length, images=images)]
    lengths = [plausible(integer(offer, "context_length")) for offer in live]
    whole = ListedModel(
        name,
        min((length for length in lengths if length is not None), default=None),
        tools=bool(live) and all(flag(offer, "supports_tools") for offer in live),
        images=images,
        state=ModelState.READY if live else ModelState.UNAVAILABLE,
        detail=", ".join(text(offer, "provider") for offer in live) or "no provider is live",
    )
    return [whole, *(_pinned(name, offer, images=images) for offer in live if text(offer, "provider"))]


def _pinned(name: str, offer: Json, *, images: bool) -> ListedModel:
    return ListedModel(
        f"{name}:{text(offer, 'provider')}",
        plausible(integer(offer, "context_length")),
        tools=flag(offer, "supports_tools"),
        images=images,
    )


def _no_filling(model: Model) -> Filling:  # noqa: ARG001 - it is the same for all
    """The router has no raw completions."""
    return Filling.NOTHING


SERVER = Server(Kind.HUGGINGFACE, list_models, openai.chat(), openai.complete(), openai.fill(), _no_filling)

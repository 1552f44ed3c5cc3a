"""What a server says about itself and its models; None stands for what it does not say."""

from dataclasses import dataclass, replace

from inhouse.domain.models import ModelState

LARGEST_CONTEXT = 100_000_000
"""Tokens; a greater number is no context length."""
MOST_MODELS = 5_000
LONGEST_NAME = 500
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class ListedModel:
    """`context_length` is in tokens and as the model is loaded, or will be for a request of ours. `elsewhere` is True
    for a model that its server passes on to a machine of somebody else's. `detail` is for people."""

    name: str
    context_length: int | None = None
    chat: bool | None = None
    tools: bool | None = None
    images: bool | None = None
    thinking: bool | None = None
    fim: bool | None = None
    family: str | None = None
    state: ModelState = ModelState.READY
    elsewhere: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The models in the server's order; `version` is the software's, for people."""

    models: tuple[ListedModel, ...]
    version: str | None = None


def tidied(listing: Listing) -> Listing:
    """What people and clients can be shown: names that are none, or were there before, left out; all words one line."""
    named: dict[str, ListedModel] = {}
    for model in listing.models[:MOST_MODELS]:
        if is_name(model.name):
            named.setdefault(
                model.name, replace(model, family=line(model.family or "") or None, detail=line(model.detail))
            )
    return Listing(tuple(named.values()), line(listing.version or "") or None)


def is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


def line(said: str) -> str:
    """Without control characters and those that turn the direction of the text, and not without end."""
    return "".join(char for char in said[:_LONGEST_LINE] if char.isprintable())


def plausible(length: int | None) -> int | None:
    """A context length that a server may mean; None for all others."""
    return length if length is not None and 0 < length <= LARGEST_CONTEXT else None

"""What a server says about itself and its models; None stands for what it does not say."""

from dataclasses import dataclass

from inhouse.domain.models import ModelState

LARGEST_CONTEXT = 100_000_000
"""Tokens; a greater number is no context length."""


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


def plausible(length: int | None) -> int | None:
    """A context length that a server may mean; None for all others."""
    return length if length is not None and 0 < length <= LARGEST_CONTEXT else None

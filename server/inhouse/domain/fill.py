"""A request to fill in the text at a place: what stands before it, what stands behind it."""

from dataclasses import dataclass
from enum import StrEnum

from inhouse.domain.models import Model


class Filling(StrEnum):
    """What a model can do with a place to fill in: see both sides of it and text of other places besides, see both
    sides, only go on from what stands before it (where nothing follows on the line), or nothing at all."""

    SNIPPETS = "snippets"
    MIDDLE = "middle"
    END = "end"
    NOTHING = "nothing"

    @property
    def both_sides(self) -> bool:
        return self in (Filling.SNIPPETS, Filling.MIDDLE)


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text from elsewhere that may help; `name` is its file's, as a model is told it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class FillRequest:
    """`name`: the file's, as a model is told it. The answer has `max_tokens` at most, and ends before any of `stop`."""

    id: str
    prefix: str
    suffix: str
    name: str = ""
    snippets: tuple[Snippet, ...] = ()
    max_tokens: int = 64
    stop: tuple[str, ...] = ()
    temperature: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Fill:
    """A fill-in-the-middle request fitted to one model."""

    request: FillRequest
    model: Model

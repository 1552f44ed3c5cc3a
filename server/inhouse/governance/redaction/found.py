"""One thing that looks like a credential, and where it stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """Code points `start` to `end` (exclusive) of the text; `rule` is told and counted, the text itself never."""

    start: int
    end: int
    rule: str

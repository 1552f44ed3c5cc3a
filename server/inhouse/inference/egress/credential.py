"""A key as a channel sends it, and what a channel asks for one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from inhouse.domain.secret import Secret


class Source(StrEnum):
    """Who a key came from: it says what to do once the key is refused."""

    OURS = "ours"
    VARIABLE = "variable"
    COMMAND = "command"
    KEYRING = "keyring"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Credential:
    """A key and the header that carries it."""

    secret: Secret
    header: str = "Authorization"
    scheme: str = "Bearer"
    source: Source = Source.OURS

    def value(self) -> str:
        return f"{self.scheme} {self.secret.reveal()}".strip()


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person is told of a 401: one sentence, and what to do."""

    sentence: str
    hint: str


class KeySource(Protocol):
    """Asked by a channel with every request. Both questions may take a while, and raise InhouseError."""

    async def current(self) -> Credential | None:
        """The key to send; None where there is none."""
        ...

    async def another(self, refused: Credential | None) -> Credential | None:
        """After a 401: the key to try once more with, or None. `refused` is what was sent."""
        ...

    def advice(self, refused: Credential | None) -> Advice | None:
        """What to say of a 401 that stays; None for the plain words."""
        ...


class FixedKey:
    """A key that never changes, or none at all."""

    def __init__(self, credential: Credential | None = None) -> None:
        self._credential = credential

    async def current(self) -> Credential | None:
        return self._credential

    async def another(self, refused: Credential | None) -> Credential | None:  # noqa: ARG002 - there is no other
        return None

    def advice(self, refused: Credential | None) -> Advice | None:  # noqa: ARG002 - nobody set it, nobody can change it
        return None

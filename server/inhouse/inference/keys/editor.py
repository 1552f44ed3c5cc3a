"""Keys from the editor's secret store: asked for after a 401, kept in memory, each for its origin only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret, is_key
from inhouse.inference.keys.flight import SingleFlight
from inhouse.inference.waiting import for_a_person

HURRIED_SECONDS = 2.0
"""For which a list of models waits for the editor: a secret store answers at once, a person does not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`missing`: no key was sent. `rejected`: the one that was sent is not accepted."""

    backend: str
    origin: Origin
    reason: Literal["missing", "rejected"]


AskEditor = Callable[[Wanted], Awaitable[Secret | None]]
"""None where the editor has no key, or cannot be asked."""


@dataclass(frozen=True, slots=True)
class _Given:
    secret: Secret
    instead_of: Secret | None


class EditorKeys:
    """One for the life of the server. Nobody is asked twice about the same refused key, or about none, until
    `ask_again`."""

    def __init__(self, ask: AskEditor) -> None:
        self._ask = ask
        self._given: dict[Origin, _Given] = {}
        self._settled: set[tuple[Origin, Secret | None]] = set()
        self._asking: dict[Origin, SingleFlight[Secret | None]] = {}

    def given(self, origin: Origin, *, instead_of: Secret | None) -> Secret | None:
        """The editor's key, as long as the one that the user set up is the one it was asked in place of."""
        given = self._given.get(origin)
        return given.secret if given is not None and given.instead_of == instead_of else None

    def ask_again(self) -> None:
        """Something has changed: a no counts no longer."""
        self._settled.clear()

    async def another(self, backend: str, origin: Origin, refused: Secret | None, own: Secret | None) -> Secret | None:
        """A key in place of `refused`; `own` is the one that the user set up. Raises for what is no key."""
        given = self.given(origin, instead_of=own)
        if given is not None and given != refused:  # it came while this request was under way
            return given
        if (origin, refused) in self._settled:
            return None
        asking = self._asking.setdefault(origin, SingleFlight(lingering=True))
        reason = "missing" if refused is None else "rejected"
        wanted = Wanted(backend, origin, reason)
        try:
            with for_a_person() as hurried:
                async with asyncio.timeout(HURRIED_SECONDS if hurried else None):
                    return await asking.join(lambda: self._asked(wanted, refused, own))
        except TimeoutError:
            return None  # the question stays, and its answer counts from then on

    async def _asked(self, wanted: Wanted, refused: Secret | None, own: Secret | None) -> Secret | None:
        found = await self._ask(wanted)
        self._settled.add((wanted.origin, refused))
        if found is None or found == refused:
            return None
        if not is_key(found.reveal()):
            raise InhouseError(
                kind=ErrorKind.INVALID_CONFIG,
                message=f"The editor's key for {wanted.backend} holds blanks or other characters that no key has.",
                hint="Correct it in the editor's secret store.",
                backend=wanted.backend,
            )
        self._given[wanted.origin] = _Given(found, own)
        return found

    async def aclose(self) -> None:
        for asking in self._asking.values():
            await asking.aclose()

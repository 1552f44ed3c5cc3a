"""A configured backend that must not or cannot be asked, and says why to everyone who tries."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Event
from inhouse.domain.fill import Filling
from inhouse.domain.models import Count, Kind, Model, Software, Zone
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText


class UnusableBackend:
    """Sends nothing; every call raises a copy of `reason`."""

    loaded = True

    def __init__(self, name: str, url: str, kind: Kind, reason: InhouseError) -> None:
        self.name = name
        self.url = url
        self.software = Software(kind)
        self._reason = reason

    async def zone(self) -> Zone:
        self._refuse()

    async def models(self, *, anew: bool = False) -> tuple[Model, ...]:  # noqa: ARG002 - there is nobody to ask
        self._refuse()

    async def remembered(self) -> tuple[Model, ...]:
        return ()

    @asynccontextmanager
    async def stream(self, admitted: Admitted) -> AsyncGenerator[AsyncIterator[Event], None]:  # noqa: ARG002 - there is nobody to ask
        self._refuse()
        yield  # pyright: ignore[reportUnreachable] - what makes it a generator

    def filling(self, model: Model) -> Filling:  # noqa: ARG002 - there is nobody to ask
        return Filling.NOTHING

    @asynccontextmanager
    async def fill(self, admitted: AdmittedFill) -> AsyncGenerator[AsyncIterator[Event], None]:  # noqa: ARG002 - there is nobody to ask
        self._refuse()
        yield  # pyright: ignore[reportUnreachable] - what makes it a generator

    async def count_messages(self, admitted: Admitted) -> Count | None:  # noqa: ARG002 - there is nobody to ask
        self._refuse()

    async def count_text(self, text: AdmittedText) -> Count | None:  # noqa: ARG002 - there is nobody to ask
        self._refuse()

    async def warm_up(self) -> None:
        """There is nothing to get ready."""

    def _refuse(self) -> NoReturn:
        reason = self._reason
        raise InhouseError(kind=reason.kind, message=reason.message, hint=reason.hint, backend=self.name)

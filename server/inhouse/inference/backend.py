"""What every backend can do. A further one means one more class with these methods."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from inhouse.domain.events import Event
from inhouse.domain.fill import Filling
from inhouse.domain.models import Count, Model, Software, Zone
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText


class Backend(Protocol):
    """One configured inference endpoint. Safe for concurrent use."""

    @property
    def name(self) -> str: ...

    @property
    def url(self) -> str:
        """What a person is shown as its address; never with credentials."""
        ...

    @property
    def loaded(self) -> bool:
        """False when the first request has to load the model into a process of ours."""
        ...

    async def zone(self) -> Zone:
        """Where it is now, by the company's word or its address."""
        ...

    @property
    def software(self) -> Software:
        """What is known of the server by now."""
        ...

    async def models(self, *, anew: bool = False) -> tuple[Model, ...]:
        """Its models, asked for now; `anew` also finds out again what the server is. Raises InhouseError."""
        ...

    async def remembered(self) -> tuple[Model, ...]:
        """Its models as they were listed last, without asking it; none where nobody remembers."""
        ...

    def stream(self, admitted: Admitted) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """The answer's events, `Finished` last. Leaving the context stops the generation at the backend."""
        ...

    def filling(self, model: Model) -> Filling:
        """What `fill` can do with one of its models, as far as is known by now."""
        ...

    def fill(self, admitted: AdmittedFill) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """What a model writes at a place, as text deltas, `Finished` last. Leaving the context stops the generation.

        Raises as `stream` does, and `unsupported` where the model cannot fill in at this place."""
        ...

    async def count_messages(self, admitted: Admitted) -> Count | None:
        """Exact tokens of the prompt, as the answer's usage will say, or None if the backend cannot tell."""
        ...

    async def count_text(self, text: AdmittedText) -> Count | None:
        """Exact tokens of a text alone, special markers as plain text, or None if the backend cannot tell."""
        ...

    async def warm_up(self) -> None:
        """Get ready for a first request without sending one."""
        ...

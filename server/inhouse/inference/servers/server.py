"""The shape of a server module: what differs from one software to the next, and nothing else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from inhouse.domain.events import Event
from inhouse.domain.fill import Filling
from inhouse.domain.models import Kind, Model
from inhouse.governance.admission import Admitted, AdmittedFill, AdmittedText
from inhouse.inference.egress.channel import Channel
from inhouse.inference.listing import Listing
from inhouse.inference.openai.client import Headers
from inhouse.inference.openai.rules import Rules
from inhouse.inference.prober import Prober

Chat = Callable[[Channel, Admitted, Headers, Rules, AsyncExitStack], AsyncIterator[Event]]
"""Streams an answer; its connection lives on the stack."""

FillIn = Callable[[Channel, AdmittedFill, Rules, AsyncExitStack], AsyncIterator[Event]]
"""The same for what a model writes at a place."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server software. `complete` answers for a model without a chat template, from a transcript of ours. `filling`
    says what `fill` can do with a model. A count is None where the software has no way to count."""

    kind: Kind
    list_models: Callable[[Prober], Awaitable[Listing]]
    chat: Chat
    complete: Chat
    fill: FillIn
    filling: Callable[[Model], Filling]
    count_messages: Callable[[Channel, Admitted], Awaitable[int]] | None = None
    count_text: Callable[[Channel, AdmittedText], Awaitable[int]] | None = None

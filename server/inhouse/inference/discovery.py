"""What a backend's server is and lists, found out once and believed for as long as it holds."""

import asyncio
import copy

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Kind, Software
from inhouse.inference.detect import by_headers, by_list, detect, face
from inhouse.inference.egress.channel import Channel
from inhouse.inference.known import Known, KnownServers
from inhouse.inference.listing import Listing, tidied
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai
from inhouse.inference.servers.table import SERVERS
from inhouse.inference.tolerant import Json

_BY_LIST = frozenset({Kind.VLLM, Kind.LLAMACPP, Kind.SGLANG, Kind.HUGGINGFACE})
"""Kinds whose list of models proves them each time it is asked for."""


class Discovery:
    """For one backend. `configured` is what the settings say of its kind; `patience` is in seconds."""

    def __init__(self, configured: Kind, channel: Channel, servers: KnownServers, patience: float) -> None:
        self._configured = configured
        self._patience = patience
        self._channel = channel
        self._servers = servers
        self._known = Known()
        self._read = False
        self._doubted = False
        self._memory: dict[str, Json] = {}

    @property
    def kind(self) -> Kind:
        """The kind whose ways are used: an unknown server's are those of any OpenAI-compatible one."""
        if self._configured is not Kind.AUTO:
            return self._configured
        return self._known.kind or Kind.OPENAI

    @property
    def software(self) -> Software:
        if self._configured is not Kind.AUTO:
            return Software(self._configured, self._known.version, "the settings say so")
        return Software(self._known.kind or Kind.AUTO, self._known.version, self._known.evidence or None)

    async def list_models(self, *, anew: bool) -> Listing:
        """Raises InhouseError. With `anew`, nothing that was found out before is believed; it stays in force for the
        requests under way until something else is known."""
        url = self._channel.endpoint.base_url
        await self._read_record()
        before = copy.deepcopy(self._known)
        self._doubted = self._doubted or anew
        if anew:
            self._memory.clear()
        known = Known(models=self._known.models) if self._doubted else self._known
        prober = Prober(self._channel, known, self._patience, self._memory)
        try:
            return await self._listed(prober)
        finally:
            if prober.known.kind is not None or self._known.kind is None:
                self._known, self._doubted = prober.known, False
            if self._known != before or anew:
                await asyncio.to_thread(self._servers.write, url, self._known)

    async def _listed(self, prober: Prober) -> Listing:
        if self._configured is not Kind.AUTO:
            return await self._ask(prober, self._configured)
        if prober.known.kind is not None:
            listing = await self._still_listed(prober, prober.known.kind)
            if listing is not None:
                return listing
            prober.known = Known()
        await detect(prober)
        return await self._ask(prober, prober.known.kind or Kind.OPENAI)

    async def _still_listed(self, prober: Prober, kind: Kind) -> Listing | None:
        """The list in the way of a kind that was found out before; None if another server answers now."""
        try:
            listing = await self._ask(prober, kind)
        except InhouseError as exc:
            if exc.kind in (ErrorKind.BAD_RESPONSE, ErrorKind.INVALID_REQUEST):
                return None
            raise
        if kind not in _BY_LIST and kind is not Kind.OPENAI:
            return listing
        reply = await prober.get(openai.LIST)  # answered already
        found = by_headers(reply) or by_list(reply)
        same = found[0] is kind if found else kind is Kind.OPENAI and face(reply) == prober.known.face
        return listing if same or not listing.models else None

    async def _ask(self, prober: Prober, kind: Kind) -> Listing:
        listing = tidied(await SERVERS[kind].list_models(prober))
        prober.known.version, prober.known.models = listing.version, listing.models
        return listing

    async def remembered(self) -> Listing:
        """What was listed last, perhaps by another process; empty where nobody has asked within a day."""
        await self._read_record()
        return Listing(self._known.models, self._known.version)

    async def _read_record(self) -> None:
        if not self._read:
            url = self._channel.endpoint.base_url
            self._known, self._read = await asyncio.to_thread(self._servers.read, url), True

"""A real server's backend, and what it fills in."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from inhouse.config.schema import BackendSettings, Config
from inhouse.domain.events import Event, Finished, TextDelta
from inhouse.domain.fill import Fill, FillRequest
from inhouse.domain.models import Model, Zone
from inhouse.governance.admission import AdmittedFill, admit_fill
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.backend import Backend
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.known import KnownServers
from inhouse.inference.remote import RemoteBackend
from tests.e2e.servers.running import RunningServer

PLACE = FillRequest("r1", "def add(a, b):\n    return ", "\n\nprint(add(1, 2))\n", name="add.py", max_tokens=6)
MARKED_TOKENS, PREFIX_TOKENS = 25, 10
"""Of this place with the three markers, and of what stands before it alone, as the embedded model reads them."""


@asynccontextmanager
async def backend(server: RunningServer, name: str) -> AsyncGenerator[tuple[RemoteBackend, Model], None]:
    channel = Channel(Endpoint("lab", server.url))
    config = Config(backends={"lab": BackendSettings(url=server.url)})
    try:
        lab = RemoteBackend("lab", config, channel, KnownServers(server.log.parent / "servers"))
        yield lab, next(model for model in await lab.models() if model.id.name == name)
    finally:
        await channel.aclose()


def admitted(model: Model, request: FillRequest = PLACE) -> AdmittedFill:
    return admit_fill(Fill(request, model), Zone.LOCAL, Policy(air_gapped=False, local_networks=()), Redactor())


async def filled(lab: Backend, asked: AdmittedFill) -> tuple[str, Finished]:
    async with lab.fill(asked) as events:
        found: list[Event] = [event async for event in events]
    last = found[-1]
    assert isinstance(last, Finished)
    return "".join(event.text for event in found if isinstance(event, TextDelta)), last

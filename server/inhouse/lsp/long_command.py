"""A command that takes as long as a model does: with progress and a way to stop it, whatever the client can show."""

import logging
from collections.abc import Awaitable, Callable

from lsprotocol import types

from inhouse.assist.shapes import Shape
from inhouse.domain.errors import InhouseError
from inhouse.lsp import messages
from inhouse.lsp.client import Client
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving
from inhouse.lsp.stages import Stages

Work = Callable[[Stages], Awaitable[Shape]]

_log = logging.getLogger(__name__)


async def run(
    ls: InhouseServer,
    serving: Serving,
    call: types.ExecuteCommandParams,
    uri: str,
    work: Work,
    *,
    title: str = "Inhouse",
    streams: bool = False,
) -> Shape:
    """What comes of the work on the document at `uri`. A client that would wait without being told anything gets
    `started`, and the work outlives the command. `streams`: it is told by values of its own."""
    if call.work_done_token is None and not ls.client.work_done_progress and not streams:
        serving.jobs.go_on(_alone(ls.client, ls.request_id, work(Stages(None))), uri)
        return {"outcome": "started"}
    with serving.jobs.running(uri):
        async with ls.work_done(call.work_done_token, title) as progress, Stages(progress) as stages:
            return await work(stages)


async def _alone(client: Client, request_id: str, work: Awaitable[object]) -> None:
    """A failure is told by one message; success tells of itself."""
    try:
        await work
    except InhouseError as exc:
        messages.error(client, f"{exc.message} {exc.hint}".strip())
    except Exception:  # noqa: BLE001 - nobody awaits this task: what went wrong would never be told
        _log.exception("request %s failed", request_id)
        messages.error(client, "Inhouse made a mistake; its log has the details.")

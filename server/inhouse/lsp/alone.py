"""Work that outlives the request that began it, for clients that would wait in silence."""

import logging
from collections.abc import Awaitable

from inhouse.domain.errors import InhouseError
from inhouse.lsp import messages
from inhouse.lsp.client import Client

_log = logging.getLogger(__name__)


async def alone(client: Client, request_id: str, work: Awaitable[object]) -> None:
    """A failure is told by one message; success tells of itself."""
    try:
        await work
    except InhouseError as exc:
        messages.error(client, f"{exc.message} {exc.hint}".strip())
    except Exception:  # noqa: BLE001 - nobody awaits this task: what went wrong would never be told
        _log.exception("request %s failed", request_id)
        messages.error(client, "Inhouse made a mistake; its log has the details.")

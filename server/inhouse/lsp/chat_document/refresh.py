"""`workspace/codeLens/refresh`: what is offered has changed though the document has not."""

import logging

from lsprotocol import types

from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient

TIMEOUT = 1.0

_log = logging.getLogger(__name__)


async def refresh_lenses(client: Client) -> None:
    """Has the client ask anew, where it can."""
    if not client.declares("workspace", "codeLens", "refreshSupport"):
        return
    try:
        await client.request(types.WORKSPACE_CODE_LENS_REFRESH, timeout=TIMEOUT)
    except (InhouseError, RefusedByClient):
        _log.info("the client did not refresh its code lenses")

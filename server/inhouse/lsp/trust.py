"""Asking the user, once, whether code may go to an address that only the editor's settings name."""

import logging

from inhouse.config.load import UntrustedBackend
from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.jsonrpc import members

ANSWER_SECONDS = 600.0
YES, NO = "Use it", "No"
WARNING = 2  # MessageType.Warning

_log = logging.getLogger(__name__)


async def agreed(client: Client, backend: UntrustedBackend) -> bool:
    """Whether the user says yes; no answer is a no. Every client may be asked: eglot can, and declares nothing."""
    text = (
        f"The settings of this editor or workspace name an inference server that Inhouse does not know: "
        f"{backend.origin} (backend {backend.name}). Send code and prompts there?"
    )
    question = {"type": WARNING, "message": text, "actions": [{"title": YES}, {"title": NO}]}
    try:
        answer = await client.request("window/showMessageRequest", question, timeout=ANSWER_SECONDS)
    except (InhouseError, RefusedByClient):
        _log.info("nobody said whether %s may be used", backend.origin)
        return False
    return members(answer).get("title") == YES

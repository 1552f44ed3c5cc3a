"""Questions to the person at the editor, of which one answer is picked."""

import logging
from collections.abc import Sequence

from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.jsonrpc import members

ANSWER_SECONDS = 600.0
INFO, WARNING = 3, 2  # MessageType

_log = logging.getLogger(__name__)


async def choose(client: Client, text: str, titles: Sequence[str], *, severity: int = WARNING) -> str | None:
    """One of `titles`, or None where nobody answers. Every client may be asked: eglot can, and declares nothing."""
    question = {"type": severity, "message": text, "actions": [{"title": title} for title in titles]}
    try:
        answer = await client.request("window/showMessageRequest", question, timeout=ANSWER_SECONDS)
    except (InhouseError, RefusedByClient):
        _log.info("nobody answered a question")
        return None
    title = members(answer).get("title")
    return title if isinstance(title, str) and title in titles else None

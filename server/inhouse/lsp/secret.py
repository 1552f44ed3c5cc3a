"""Asking the editor for a key out of its secret store (`inhouse/secret`, interface §4.3)."""

import logging

from inhouse.domain.errors import InhouseError
from inhouse.domain.secret import Secret
from inhouse.inference.keys.editor import Wanted
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.jsonrpc import members

ANSWER_SECONDS = 600.0
"""For which a person may look for the key."""

_log = logging.getLogger(__name__)


def offered(options: object) -> bool:
    """Whether the client's initializationOptions say that it has a secret store."""
    return members(members(options).get("client")).get("secrets") is True


async def ask(client: Client, wanted: Wanted) -> Secret | None:
    """The key, without the blanks that come along when one is pasted; no answer is a no."""
    params = {"backend": wanted.backend, "origin": str(wanted.origin), "reason": wanted.reason}
    try:
        answer = await client.request("inhouse/secret", params, timeout=ANSWER_SECONDS)
    except (InhouseError, RefusedByClient):
        _log.info("the editor has no key for %s", wanted.backend)
        return None
    value = members(answer).get("value")
    return Secret(value.strip()) if isinstance(value, str) and value.strip() else None

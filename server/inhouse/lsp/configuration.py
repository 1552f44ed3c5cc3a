"""The editor's settings: from `initialize`, from `workspace/didChangeConfiguration`, or pulled from the client."""

import logging
from typing import cast

from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client, RefusedByClient
from inhouse.lsp.jsonrpc import Members, members

SECTIONS = ("inhouse", "huggingface")
PULL_SECONDS = 3.0
"""How long the first requests wait for the client's settings at most."""

_log = logging.getLogger(__name__)


def from_initialize(options: object) -> object:
    """The settings in `initializationOptions`."""
    return members(options).get("settings")


def pushed(settings: object) -> Members | None:
    """What a notification brings along, or None if it only says that something has changed."""
    found = members(settings)
    return found if any(section in found for section in SECTIONS) else None


async def pull(client: Client) -> Members | None:
    """Both sections as the client has them; None if it has neither or cannot be asked."""
    if not client.configuration:
        return None
    items = [{"section": section} for section in SECTIONS]
    try:
        answer = await client.request("workspace/configuration", {"items": items}, timeout=PULL_SECONDS)
    except (InhouseError, RefusedByClient):
        _log.info("the client did not answer workspace/configuration")
        return None
    values = cast(list[object], answer) if isinstance(answer, list) else []
    found = {section: value for section, value in zip(SECTIONS, values, strict=False) if value is not None}
    return found or None


async def watch(client: Client) -> None:
    """Ask to be told of changes, where that has to be asked for."""
    if not client.dynamic_configuration:
        return
    registration = {
        "id": "inhouse-configuration",
        "method": "workspace/didChangeConfiguration",
        "registerOptions": {"section": list(SECTIONS)},
    }
    try:
        await client.request("client/registerCapability", {"registrations": [registration]})
    except (InhouseError, RefusedByClient):
        _log.info("the client does not register for changes of its settings")

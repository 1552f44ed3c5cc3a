"""Asking the user, once, whether code may go to an address that only the editor's settings name."""

from inhouse.config.load import UntrustedBackend
from inhouse.lsp.client import Client
from inhouse.lsp.questions import choose

YES, NO = "Use it", "No"


async def agreed(client: Client, backend: UntrustedBackend) -> bool:
    """Whether the user says yes; no answer is a no."""
    text = (
        f"The settings of this editor or workspace name an inference server that Inhouse does not know: "
        f"{backend.origin} (backend {backend.name}). Send code and prompts there?"
    )
    return await choose(client, text, (YES, NO)) == YES

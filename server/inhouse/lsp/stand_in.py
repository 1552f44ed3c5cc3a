"""Asking the user whether the embedded model may do what another cannot now."""

from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client
from inhouse.lsp.questions import choose

YES, NO = "Let it", "No"


async def may_stand_in(client: Client, failure: InhouseError) -> bool:
    """False without asking where it could not do it either; no answer is a no."""
    if failure.stand_in is None:
        return False
    text = (
        f"{failure.message} {failure.stand_in}, a small model on this computer's CPU, could do it instead: "
        f"expect reduced results."
    )
    return await choose(client, text, (YES, NO)) == YES

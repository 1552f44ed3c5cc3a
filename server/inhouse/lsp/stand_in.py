"""The embedded model in another's place, which the user is asked about first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from inhouse.assist.actions.request import ActionRequest
from inhouse.assist.commit_message import CommitRequest
from inhouse.assist.review.request import ReviewRequest
from inhouse.domain.errors import InhouseError
from inhouse.lsp.client import Client
from inhouse.lsp.questions import choose

YES, NO = "Let it", "No"


R = TypeVar("R", ActionRequest, CommitRequest, ReviewRequest)
T = TypeVar("T")


async def asked(client: Client, request: R, ask: Callable[[R], Awaitable[T]]) -> T:
    """What comes of a request, which `ask` puts to a model: to the embedded one where no other can and the user says
    yes. Raises what `ask` does."""
    try:
        return await ask(request)
    except InhouseError as exc:
        if not await _may_stand_in(client, exc):
            raise
    return await ask(replace(request, embedded_stands_in=True))


async def _may_stand_in(client: Client, failure: InhouseError) -> bool:
    """False without asking where it could not do it either; no answer is a no."""
    if failure.stand_in is None:
        return False
    text = (
        f"{failure.message} {failure.stand_in}, a small model on this computer's CPU, could do it instead: "
        f"expect reduced results."
    )
    return await choose(client, text, (YES, NO)) == YES

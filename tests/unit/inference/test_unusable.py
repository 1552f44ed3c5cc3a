"""A backend that must not be asked says why, every time, and never with the traces of an earlier request."""

from collections.abc import Awaitable, Callable

import pytest

from inhouse.config.schema import Tokens
from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.fill import Fill, Filling, FillRequest
from inhouse.domain.models import Kind, Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import admit, admit_fill, admit_text
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.announce import announce
from inhouse.inference.listing import ListedModel
from inhouse.inference.unusable import UnusableBackend

REDACTOR = Redactor()

OPEN = Policy(air_gapped=False, local_networks=())
REASON = InhouseError(kind=ErrorKind.INVALID_CONFIG, message="No key.", hint="Set one.")
MODEL = announce("lab", ListedModel("m", 1), override=None, tokens=Tokens(), local=True)
PROMPT = admit(Prompt(ChatRequest("r1", ()), MODEL), Zone.LOCAL, OPEN, REDACTOR)
FILL = admit_fill(Fill(FillRequest("r1", "a", "b"), MODEL), Zone.LOCAL, OPEN, REDACTOR)
TEXT = admit_text("x", "r1", "lab", Zone.LOCAL, OPEN, REDACTOR)


async def streamed(lab: UnusableBackend) -> None:
    async with lab.stream(PROMPT):
        pass


async def filled(lab: UnusableBackend) -> None:
    async with lab.fill(FILL):
        pass


CALLS: dict[str, Callable[[UnusableBackend], Awaitable[object]]] = {
    "zone": UnusableBackend.zone,
    "models": UnusableBackend.models,
    "stream": streamed,
    "fill": filled,
    "count_messages": lambda lab: lab.count_messages(PROMPT),
    "count_text": lambda lab: lab.count_text(TEXT),
}


@pytest.mark.parametrize("call", CALLS)
async def test_every_call_says_why(call: str) -> None:
    lab = UnusableBackend("lab", "http://lab", Kind.AUTO, REASON)
    raised: list[InhouseError] = []
    for _ in range(2):
        with pytest.raises(InhouseError) as caught:
            await CALLS[call](lab)
        raised.append(caught.value)
    assert raised[0] is not raised[1]
    assert [(one.kind, one.message, one.hint, one.backend) for one in raised] == [
        (ErrorKind.INVALID_CONFIG, "No key.", "Set one.", "lab")
    ] * 2


def test_nothing_is_promised() -> None:
    assert UnusableBackend("lab", "http://lab", Kind.AUTO, REASON).filling(MODEL) is Filling.NOTHING


async def test_getting_ready_is_nothing() -> None:
    await UnusableBackend("lab", "http://lab", Kind.AUTO, REASON).warm_up()

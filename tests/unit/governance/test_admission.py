"""The one door: nothing reaches a backend that the policy did not let pass."""

import dataclasses

import pytest

from inhouse.domain.conversation import ChatRequest
from inhouse.domain.errors import InhouseError
from inhouse.domain.models import ASSUMED_CONTEXT_LENGTH, ContextSource, Model, ModelId, TokenLimits, Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import Admitted, AdmittedText, admit, admit_text
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor

REDACTOR = Redactor()

OPEN = Policy(air_gapped=False, local_networks=())
AIR_GAPPED = Policy(air_gapped=True, local_networks=())
MODEL = Model(ModelId("lab", "m"), ASSUMED_CONTEXT_LENGTH, ContextSource.ASSUMED, TokenLimits(3072, 1024), local=True)
PROMPT = Prompt(ChatRequest("r1", ()), MODEL)


def test_an_admitted_prompt_is_the_prompt() -> None:
    admitted = admit(PROMPT, Zone.CLOUD, OPEN, REDACTOR)
    assert admitted.prompt == PROMPT
    assert admitted.bounded(7).prompt == dataclasses.replace(PROMPT, max_tokens=7)
    assert admit_text("hi", "r1", "lab", Zone.LOCAL, AIR_GAPPED, REDACTOR).text == "hi"


def test_what_the_policy_forbids_is_not_admitted() -> None:
    with pytest.raises(InhouseError):
        admit(PROMPT, Zone.CLOUD, AIR_GAPPED, REDACTOR)
    with pytest.raises(InhouseError):
        admit_text("hi", "r1", "lab", Zone.CLOUD, AIR_GAPPED, REDACTOR)


@pytest.mark.parametrize("seal", [None, object(), True, "seal"])
def test_nobody_else_can_admit(seal: object) -> None:
    with pytest.raises(TypeError, match="only governance"):
        Admitted(PROMPT, seal)
    with pytest.raises(TypeError, match="only governance"):
        AdmittedText("hi", "r1", seal)


def test_an_admitted_prompt_cannot_be_changed() -> None:
    admitted = admit(PROMPT, Zone.LOCAL, OPEN, REDACTOR)
    with pytest.raises(dataclasses.FrozenInstanceError):
        admitted.prompt = PROMPT  # pyright: ignore[reportAttributeAccessIssue]

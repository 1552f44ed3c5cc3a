"""Every text of a request is looked at, wherever it stands; the rest of the request stays as it was."""

import json

import pytest

from inhouse.domain.conversation import (
    ChatRequest,
    ImagePart,
    Message,
    Role,
    SamplingOptions,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.fill import Fill, FillRequest, Snippet
from inhouse.domain.models import ASSUMED_CONTEXT_LENGTH, ContextSource, Model, ModelId, TokenLimits, Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import admit, admit_fill, admit_text
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.governance.redaction.requests import DEEPEST

OPEN = Policy(air_gapped=False, local_networks=())
MODEL = Model(ModelId("lab", "m"), ASSUMED_CONTEXT_LENGTH, ContextSource.ASSUMED, TokenLimits(3072, 1024), local=True)
CANARY = "k3JxP9vQ2mZt"
LINE = f'api_key = "{CANARY}"'
IMAGE = ImagePart("image/png", "AKIAQWERTYUIOP234567")

REQUEST = ChatRequest(
    "r1",
    (
        Message(Role.SYSTEM, (TextPart(LINE),)),
        Message(Role.USER, (TextPart(f"```\n{LINE}\n```"), IMAGE)),
        Message(
            Role.ASSISTANT,
            (ThinkingPart(LINE), ToolCallPart("c1", "login", {"password": CANARY, "tries": [{"env": LINE}, 3, None]})),
        ),
        Message(Role.TOOL, (ToolResultPart("c1", LINE),)),
    ),
    tools=(Tool("login", LINE, {"type": "object", "properties": {"x": {"default": LINE}}, "required": ["password"]}),),
    options=SamplingOptions(temperature=0.5, response_schema={"description": LINE}),
)


def admitted(request: ChatRequest, redactor: Redactor) -> ChatRequest:
    return admit(Prompt(request, MODEL), Zone.LOCAL, OPEN, redactor).prompt.request


def test_no_part_of_a_request_takes_a_secret_along() -> None:
    redactor = Redactor()
    let_go = admit(Prompt(REQUEST, MODEL), Zone.LOCAL, OPEN, redactor)
    assert CANARY not in repr(let_go.prompt)
    assert sum(let_go.redactions.values()) == repr(REQUEST).count(CANARY)
    assert redactor.restore(repr(let_go.prompt.request))[0] == repr(REQUEST)


def test_request_without_secrets_is_sent_as_it_is() -> None:
    harmless = ChatRequest(
        "r1", (Message(Role.USER, (TextPart("Why is the sky blue?"), IMAGE)),), tools=REQUEST.tools[:0]
    )
    assert admitted(harmless, Redactor()) == harmless


def test_prompt_of_a_longer_conversation_begins_as_the_one_before() -> None:
    """A server's prefix cache would be lost with every placeholder that changed."""
    redactor = Redactor()
    longer = ChatRequest("r2", (*REQUEST.messages, Message(Role.USER, (TextPart("And now?"),))))
    assert admitted(longer, redactor).messages[:-1] == admitted(REQUEST, redactor).messages


def test_text_to_count_and_place_to_fill_in_go_without_secrets_too() -> None:
    redactor = Redactor()
    assert CANARY not in admit_text(LINE, "r1", "lab", Zone.LOCAL, OPEN, redactor).text
    place = FillRequest("r1", prefix=f"{LINE}\nx = 'hunt", suffix=f"'\n{LINE}", snippets=(Snippet("a.py", LINE),))
    filled = admit_fill(Fill(place, MODEL), Zone.LOCAL, OPEN, redactor).fill.request
    assert CANARY not in repr(filled)
    assert filled.prefix.endswith("x = 'hunt")
    assert redactor.restore(filled.suffix)[0] == place.suffix


def test_what_is_nested_too_deep_to_be_looked_at_does_not_leave() -> None:
    def nested(levels: int) -> ChatRequest:
        arguments = json.loads('{"a":' * levels + "1" + "}" * levels)
        return ChatRequest("r1", (Message(Role.ASSISTANT, (ToolCallPart("c1", "t", arguments),)),))

    assert admitted(nested(DEEPEST), Redactor()) == nested(DEEPEST)
    for levels in (DEEPEST + 1, 900):
        with pytest.raises(InhouseError) as caught:
            admitted(nested(levels), Redactor())
        assert caught.value.kind is ErrorKind.INVALID_REQUEST

"""A model without a chat template answers all the same: a plain transcript, and its answer alone."""

import itertools
import json
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.conversation import (
    ChatRequest,
    ImagePart,
    Message,
    Role,
    SamplingOptions,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from inhouse.domain.errors import InhouseError, Refusal
from inhouse.domain.models import ContextSource, Model, TokenLimits, Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import admit
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.openai import client
from inhouse.inference.openai.answer import read as read_answer
from inhouse.inference.openai.body import completion_body
from inhouse.inference.openai.transcript import RawAnswer, transcript
from inhouse.inference.openai.wire import SseWire
from tests.fakes.behaviours import replay
from tests.fakes.server import FakeBackend
from tests.unit.inference.openai.streams import MODEL as ID
from tests.unit.inference.openai.streams import choice, finish, rules, sent, told

REDACTOR = Redactor()

MODEL = Model(ID, 1024, ContextSource.SERVER, TokenLimits(768, 256), local=True)
PROMPT = Prompt(ChatRequest("r1", (Message(Role.USER, (TextPart("Hi"),)),)), MODEL)


def test_the_transcript() -> None:
    said = transcript((
        Message(Role.SYSTEM, (TextPart("Be brief."),)),
        Message(Role.USER, (TextPart("Read a."),)),
        Message(Role.ASSISTANT, (ThinkingPart("hm"), ToolCallPart("1", "read_file", {}))),
        Message(Role.TOOL, (ToolResultPart("1", "x = 1"),)),
        Message(Role.ASSISTANT, (TextPart("Done."),)),
        Message(Role.SYSTEM, (TextPart("In English."),)),
        Message(Role.USER, (TextPart("And b?"),)),
    ))  # fmt: skip
    assert said == (
        "Be brief.\n\nIn English.\n\n### User:\nRead a.\n\n### User:\nThe result of read_file:\nx = 1\n\n"
        "### Assistant:\nDone.\n\n### User:\nAnd b?\n\n### Assistant:\n"
    )


def test_it_has_an_introduction_of_its_own() -> None:
    assert transcript(PROMPT.request.messages).startswith("You are a helpful programming assistant.")


def test_images_cannot_be_in_it() -> None:
    with pytest.raises(InhouseError) as caught:
        transcript((Message(Role.USER, (ImagePart("image/png", "AAAA"),)),))
    assert caught.value.refused is Refusal.IMAGES


def test_the_body_stops_at_the_markers_and_is_bounded() -> None:
    options = SamplingOptions(temperature=0, stop=("a", "b", "c"))
    request = ChatRequest("r1", PROMPT.request.messages, options=options)
    found = json.loads(completion_body(Prompt(request, MODEL), {"x": 1}))
    assert found.pop("prompt").endswith("### User:\nHi\n\n### Assistant:\n")
    assert found == {
        "model": "acme/smol",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0,
        "stop": ["\n### User:", "\n### Assistant:", "a", "b"],
        "x": 1,
        "max_tokens": 512,
    }
    assert json.loads(completion_body(Prompt(request, MODEL, 7), {}))["max_tokens"] == 7


def raw(said: str) -> bytes:
    return choice(text=said)


async def answered(*pieces: bytes) -> list[str]:
    answer = read_answer(sent(pieces), rules(), SseWire(rules()), (RawAnswer(),))
    return told([each async for each in answer])


ANSWERS = {
    "\n Hi\n": ["text Hi\n"],
    "Hi": ["text Hi"],
    "### Assistant:\nHi": ["text Hi"],
    " Assistant: Assistant: Hi": ["text Hi"],
    "Assistants are": ["text Assistants are"],
    "Hi\n\n### User:\nMore": ["text Hi"],
    "Hi\n\n\n### Assistant:\nMore": ["text Hi"],
    "Hi\n### Usage\nx": ["text Hi\n### Usage\nx"],
    "Hi ### User:": ["text Hi ### User:"],
    "Hi\n\n### Us": ["text Hi\n\n### Us"],
    "### User: x": [],
    "": [],
}


@pytest.mark.parametrize(("said", "expected"), ANSWERS.items())
async def test_the_answer_alone_is_told(said: str, expected: list[str]) -> None:
    assert await answered(raw(said), finish()) == [*expected, "finished stop"]
    assert await answered(*map(raw, said), finish()) == [*expected, "finished stop"]


async def test_a_server_that_goes_on_behind_a_marker_does_not_change_the_end() -> None:
    assert await answered(raw("Hi\n### User:"), raw("x"), finish("length")) == ["text Hi", "finished stop"]


@given(
    st.lists(st.sampled_from(["### User:", "### Assistant:", "Assistant:", "\n", "#", " ", "x", "###", "é"])), st.data()
)
async def test_any_cutting_gives_the_same(parts: list[str], data: st.DataObject) -> None:
    said = "".join(parts)
    cuts = sorted({0, len(said), *data.draw(st.lists(st.integers(0, len(said))))})
    pieces = [raw(said[start:end]) for start, end in itertools.pairwise(cuts)]
    assert await answered(*pieces, finish()) == await answered(raw(said), finish())


async def test_a_real_servers_raw_completion_over_http() -> None:
    with FakeBackend() as fake:
        fake.answer("POST /v1/completions", replay("vllm/completions_stream_usage.sse"))
        channel = Channel(Endpoint("lab", fake.url))
        admitted = admit(PROMPT, Zone.LOCAL, Policy(air_gapped=False, local_networks=()), REDACTOR)
        async with AsyncExitStack() as stack:
            found = [event async for event in client.complete(channel, admitted, {}, rules(), stack)]
        await channel.aclose()
    assert told(found) == ["text the scene,", "finished length 2+3"]

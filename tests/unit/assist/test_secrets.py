"""Secrets in a chat: none reaches a backend, the user is told, and a tool is called with the real ones."""

from dataclasses import replace

from inhouse.assist.chat import stream
from inhouse.assist.measure import THREAD_CHARS
from inhouse.assist.session import Session
from inhouse.domain.conversation import Message, Role, TextPart, Tool
from inhouse.domain.events import Event, Finished, FinishReason, Notice, TextDelta, ToolCall, Usage
from inhouse.governance.redaction.placeholders import PLACEHOLDER
from inhouse.governance.redaction.redactor import Redactor
from tests.unit.assist.backends import HELLO, Memory, heard, session

CANARY = "k3JxP9vQ2mZt"
LINE = f'api_key = "{CANARY}"'
WITH_SECRET = replace(HELLO, messages=(Message(Role.USER, (TextPart(LINE),)),))
TOLD = "notice What looks like a credential was replaced before it was sent (1x named secret)."
END = Finished(FinishReason.STOP, Usage(3, 1, exact=True), "lab|m", "lab")


async def events(on: Session) -> list[Event]:
    async with stream(on, replace(WITH_SECRET, tools=(Tool("write", "", {"type": "object"}),))) as given:
        return [event async for event in given]


def calling(arguments: dict[str, object]) -> Memory:
    """A backend whose model calls a tool."""
    lab = Memory("lab", answer=[ToolCall("c1", "write", arguments), END])
    lab.listed = (lab.model("m", tools=True),)
    return lab


def placeholder(redactor: Redactor) -> str:
    return PLACEHOLDER.findall(redactor.redact(LINE).text)[0]


async def test_backend_gets_a_placeholder_and_the_user_is_told_once() -> None:
    lab = Memory("lab")
    on = session(lab)
    assert await heard(on, WITH_SECRET) == [TOLD, "lab!", "lab|m"]
    assert await heard(on, WITH_SECRET) == ["lab!", "lab|m"]
    assert "stream" in lab.calls
    assert "count_messages" in lab.calls
    assert all(CANARY not in repr(admitted) and PLACEHOLDER.search(repr(admitted)) for admitted in lab.admitted)


async def test_tool_is_called_with_the_secret_and_the_user_is_told() -> None:
    redactor = Redactor()
    name = placeholder(redactor)
    lab = calling({"path": "a", "lines": [f"x = '{name}'", 3, {"y": name}]})
    given = await events(replace(session(lab), redactor=redactor))
    assert ToolCall("c1", "write", {"path": "a", "lines": [f"x = '{CANARY}'", 3, {"y": CANARY}]}) in given
    told = [event.message for event in given if isinstance(event, Notice)]
    assert told[1:] == ["2 secrets were put back into a call of write: the model saw only what stands for them."]


async def test_placeholder_in_the_answers_text_stays() -> None:
    redactor = Redactor()
    said = f"Use {placeholder(redactor)}."
    on = replace(session(Memory("lab", answer=[TextDelta(said), END])), redactor=redactor)
    assert await heard(on, WITH_SECRET) == [TOLD, said, "lab|m"]


async def test_call_without_placeholders_is_passed_on_as_it_came() -> None:
    deep: dict[str, object] = {}
    for _ in range(200):
        deep = {"a": deep}
    assert ToolCall("c1", "write", deep) in await events(session(calling(deep)))


async def test_a_long_conversation_is_looked_at_as_well() -> None:
    """One that is looked at in a thread."""
    lab = Memory("lab")
    lab.listed = (replace(lab.model("m"), context_length=1_000_000),)
    long = "words and words\n" * (THREAD_CHARS // 10) + LINE
    on = session(lab)
    assert TOLD in await heard(on, replace(HELLO, messages=(Message(Role.USER, (TextPart(long),)),)))
    assert CANARY not in repr(lab.admitted)

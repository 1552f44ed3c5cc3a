"""One action over the port: what the model is asked, and what is made of its answer."""

from dataclasses import replace

import pytest

from inhouse.assist.actions.perform import perform
from inhouse.assist.actions.request import ActionRequest, Edited, Step, Told, Unusable
from inhouse.domain.actions import ActionKind
from inhouse.domain.conversation import TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, Notice, TextDelta, Usage
from inhouse.domain.project import ProjectText
from tests.unit.assist.actions.code import source, span
from tests.unit.assist.backends import Memory, failing, session

FILE = source("import os\n\ndef add(a, b):\n    return a - b\n\n" + "x = 1\n" * 30)
ADD = ActionRequest("r1", ActionKind.REWRITE, FILE, span(2, 0, 4, 0), instruction="Add.")


def says(text: str, reason: FinishReason = FinishReason.STOP) -> tuple[Event, ...]:
    return TextDelta(text), Finished(reason, Usage(1, 1, exact=True), "lab|m", "lab")


async def steps(backend: Memory, request: ActionRequest = ADD) -> list[Step]:
    async with perform(session(backend), request) as heard:
        return [step async for step in heard]


async def outcome(backend: Memory, request: ActionRequest = ADD) -> Step:
    return (await steps(backend, request))[-1]


def prompts(backend: Memory) -> list[str]:
    """Of those that were streamed; each is counted first."""
    texts: list[str] = []
    for admitted in backend.admitted:
        parts = [part for message in admitted.prompt.request.messages for part in message.parts]
        texts.append("\n".join(part.text for part in parts if isinstance(part, TextPart)))
    return texts


async def test_an_answer_becomes_the_smallest_edit() -> None:
    found = await outcome(Memory("lab", answer=says("```python\ndef add(a, b):\n    return a + b\n```")))
    assert isinstance(found, Edited)
    assert [(edit.span, edit.text) for edit in found.edits] == [(span(3, 0, 4, 0), "    return a + b\n")]
    assert found.model == "lab|m"


async def test_an_import_that_the_answer_counts_on_is_told_and_not_added() -> None:
    answer = "```python\nimport os\nfrom math import fsum\n\ndef add(a, b):\n    return fsum((a, b))\n```"
    notice, found = (await steps(Memory("lab", answer=says(answer))))[-2:]
    assert notice == Notice("Still to be added at the top of the file: from math import fsum.")
    assert isinstance(found, Edited)
    assert [(edit.span, edit.text) for edit in found.edits] == [(span(3, 0, 4, 0), "    return fsum((a, b))\n")]


async def test_what_is_no_code_is_unusable() -> None:
    found = await outcome(Memory("lab", answer=says("I am sorry, but I can't help with that.")))
    assert isinstance(found, Unusable)
    assert "sorry" in found.answer


async def test_an_explanation_is_told_as_it_is() -> None:
    found = await outcome(Memory("lab", answer=says("It *adds*.")), replace(ADD, kind=ActionKind.EXPLAIN))
    assert found == Told("It *adds*.", "lab|m")


async def test_tests_without_a_place_are_told() -> None:
    found = await outcome(Memory("lab", answer=says("```\ntest\n```")), replace(ADD, kind=ActionKind.TESTS))
    assert isinstance(found, Told)


async def test_a_prompt_that_is_too_long_is_made_shorter() -> None:
    backend = Memory("lab", answer=[failing(ErrorKind.CONTEXT_OVERFLOW)])
    with pytest.raises(InhouseError) as caught:
        await steps(backend)
    assert caught.value.kind is ErrorKind.CONTEXT_OVERFLOW
    lengths = [len(text) for text in prompts(backend)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[-1]


async def test_code_too_long_for_the_model_is_told_before_it_is_asked() -> None:
    file = source("x = 1  # a line of code\n" * 2000)
    backend = Memory("lab")
    with pytest.raises(InhouseError) as caught:
        await steps(backend, replace(ADD, file=file, span=span(0, 0, 2000, 0)))
    assert caught.value.kind is ErrorKind.CONTEXT_OVERFLOW
    assert "stream" not in backend.calls


async def test_rules_of_the_project_without_room_are_left_out_and_told() -> None:
    request = replace(ADD, project=(ProjectText("AGENTS.md", "Be brief. " * 500),))
    heard = await steps(Memory("lab", answer=says("```\ndef add(a, b):\n    return b\n```")), request)
    assert any(isinstance(step, Notice) and "AGENTS.md" in step.message for step in heard)


async def test_the_beginning_of_the_prompt_stays_the_same_for_the_server_s_cache() -> None:
    backend = Memory("lab", answer=says("```\nx\n```"))
    await steps(backend)
    await steps(backend, replace(ADD, instruction="Multiply."))
    one, other = (text for text in dict.fromkeys(prompts(backend)))
    assert one.rpartition("Task: ")[0] == other.rpartition("Task: ")[0]

"""A review over the port: what fits is asked, one model does all of it, and what was not read is told."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from inhouse.assist.review.request import Found, PartBegun, ReviewedFile, ReviewRequest, Step
from inhouse.assist.review.run import review
from inhouse.assist.session import Session
from inhouse.domain.code import SourceFile
from inhouse.domain.conversation import TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, Notice, TextDelta, Usage
from inhouse.domain.findings import Report
from inhouse.domain.project import ProjectText
from inhouse.governance.admission import Admitted
from inhouse.lsp.documents import split_lines
from tests.unit.assist.backends import Memory, failing, session

FUNCTION = "def f{0}(a, b):\n    first = a + b * {0}\n    return first - a\n\n"
SHORT, LONG = FUNCTION.format(1), "".join(FUNCTION.format(at) for at in range(60))

Answering = Callable[[str], str | InhouseError]
"""From the prompt to the answer."""


class Reviewer(Memory):
    """A backend that answers by what it is asked."""

    def __init__(self, name: str, answering: Answering) -> None:
        super().__init__(name)
        self.answering = answering
        self.prompts: list[str] = []

    @asynccontextmanager
    async def stream(self, admitted: Admitted) -> AsyncGenerator[AsyncIterator[Event], None]:
        messages = admitted.prompt.request.messages
        parts = [part for message in messages for part in message.parts]
        self.prompts.append("\n".join(part.text for part in parts if isinstance(part, TextPart)))
        yield self._answered(self.answering(self.prompts[-1]), str(admitted.prompt.model.id))

    async def _answered(self, answer: str | InhouseError, model: str) -> AsyncIterator[Event]:
        if isinstance(answer, InhouseError):
            raise answer
        yield TextDelta(answer)
        yield Finished(FinishReason.STOP, Usage(1, 1, exact=False), model, self.name)


def numbers(prompt: str) -> list[int]:
    """The lines that are to be reviewed."""
    return [int(found) for found in re.findall(r"^(\d+)\| ", prompt, re.MULTILINE)]


def one_each(prompt: str) -> str:
    """Finds something on the first line of each part."""
    told = {"line": numbers(prompt)[0], "severity": "error", "title": "first fails", "confidence": 1}
    return json.dumps({"findings": [told]})


def clean(_: str) -> str:
    return '{"findings": []}'


def file(text: str = SHORT, name: str = "a.py") -> ReviewedFile:
    return ReviewedFile(SourceFile(f"file:///{name}", name, "python", split_lines(text)))


async def steps(on: Session, *files: ReviewedFile, model: str | None = None) -> list[Step]:
    async with review(on, ReviewRequest("r1", files, model=model)) as found:
        return [step async for step in found]


async def report(on: Session, *files: ReviewedFile) -> Report:
    last = (await steps(on, *files))[-1]
    assert isinstance(last, Report)
    return last


def missed(found: Report) -> Sequence[tuple[str, int]]:
    return [(each.path, each.hunks) for each in found.coverage.not_reviewed]


class TestParts:
    async def test_a_short_file_is_asked_about_once(self) -> None:
        lab = Reviewer("lab", one_each)
        found = await report(session(lab), file())
        assert (found.model, found.backend, len(found.findings)) == ("lab|m", "lab", 1)
        assert numbers(lab.prompts[0]) == [1, 2, 3, 4, 5]

    async def test_all_lines_of_a_long_one_are_asked_about_and_findings_come_as_they_are_found(self) -> None:
        lab = Reviewer("lab", one_each)
        found = await steps(session(lab), file(LONG))
        asked = [number for prompt in lab.prompts for number in numbers(prompt)]
        assert asked[:240] == list(range(1, 241))
        told = [len(step.findings) for step in found if isinstance(step, Found)]
        assert told == [min(number, 10) for number in range(1, len(lab.prompts) + 1)]  # review.max_findings
        begun = [step for step in found if isinstance(step, PartBegun)]
        assert (begun[-1].done, begun[-1].total) == (len(lab.prompts) - 1, len(lab.prompts))

    async def test_prompts_that_turn_out_too_long_are_made_shorter(self) -> None:
        def small(prompt: str) -> str | InhouseError:
            return failing(ErrorKind.CONTEXT_OVERFLOW) if len(numbers(prompt)) > 15 else one_each(prompt)

        lab = Reviewer("lab", small)
        found = await report(session(lab), file(LONG))
        assert missed(found) == []
        assert found.coverage.hunks >= 240 / 15

    async def test_a_line_that_is_too_long_is_told_and_the_rest_reviewed(self) -> None:
        found = await report(session(Reviewer("lab", clean)), file(f"{SHORT}x = {list(range(2000))}\n{SHORT}"))
        assert missed(found) == [("a.py", 1)]
        assert found.coverage.not_reviewed[0].reason == "Line 5 is too long for the model."
        assert found.coverage.hunks == 2

    async def test_a_blank_file_is_skipped(self) -> None:
        found = await report(session(Reviewer("lab", clean)), file("\n \n"))
        assert ([each.path for each in found.coverage.skipped], found.coverage.files) == (["a.py"], 0)


class TestPrompt:
    async def test_has_the_project_s_notes_and_rules(self) -> None:
        lab = Reviewer("lab", clean)
        lines = split_lines(SHORT)
        source = SourceFile("file:///a.py", "a.py", "python", lines)
        await report(session(lab), ReviewedFile(source, (ProjectText("AGENTS.md", "Be nice."),), ("No float money.",)))
        (prompt,) = lab.prompts
        assert "Be nice." in prompt
        assert "Also look for this, which the project asks for: No float money." in prompt
        assert prompt.index("Be nice.") < prompt.index("1| def f1") < prompt.index("No float money.")

    async def test_has_no_secret_and_the_suggestion_has_it_back(self) -> None:
        secret = "ghp_" + "Ab3dEf6hIj9k" * 3

        def quoting(prompt: str) -> str:
            held = re.search(r"INHOUSE_SECRET_\w+", prompt)
            told = {"line": 1, "title": "token is in the code", "suggestion": f'token = "{held and held[0]}"  # !'}
            return json.dumps({"findings": [told]})

        lab = Reviewer("lab", quoting)
        found = await steps(session(lab), file(f'token = "{secret}"\n'))
        assert secret not in lab.prompts[0]
        assert any(isinstance(step, Notice) and "credential" in step.message for step in found)
        last = found[-1]
        assert isinstance(last, Report)
        assert last.findings[0].suggestion == f'token = "{secret}"  # !'

    async def test_has_no_piece_of_a_key_that_is_longer_than_a_part(self) -> None:
        body = "".join(f"{at:02}" + "Ab3/x9+Q" * 7 + "abcdef\n" for at in range(60))
        lab = Reviewer("lab", clean)
        code = f'KEY = """-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----"""\n{LONG}'
        found = await report(session(lab), file(code))
        assert missed(found) == []
        assert not any("Ab3/x9+Q" in prompt for prompt in lab.prompts)
        assert any("64|     first = a + b * 0" in prompt for prompt in lab.prompts)


class TestFailing:
    async def test_of_the_first_request_is_the_review_s(self) -> None:
        with pytest.raises(InhouseError) as caught:
            await report(session(Reviewer("lab", lambda _: failing(ErrorKind.UNAUTHORIZED))), file())
        assert caught.value.kind is ErrorKind.UNAUTHORIZED

    async def test_later_leaves_the_rest_not_reviewed(self) -> None:
        def dying(prompt: str) -> str | InhouseError:
            return one_each(prompt) if "File: a.py" in prompt else failing(ErrorKind.UNREACHABLE)

        lab = Reviewer("lab", dying)
        found = await report(session(lab), file(), file(LONG, "b.py"), file(LONG, "c.py"))
        assert len(found.findings) == 1
        assert [path for path, _ in missed(found)] == ["b.py", "c.py"]
        assert all(hunks > 1 for _, hunks in missed(found))
        assert len(lab.prompts) == 2

    async def test_of_one_answer_costs_only_its_part(self) -> None:
        def broken(prompt: str) -> str | InhouseError:
            return failing(ErrorKind.INCOMPLETE) if "File: a.py" in prompt else one_each(prompt)

        found = await report(session(Reviewer("lab", broken)), file(), file(name="b.py"))
        assert (missed(found), found.coverage.files) == ([("a.py", 1)], 1)

    async def test_another_model_does_not_go_on_with_it(self) -> None:
        def dying(prompt: str) -> str | InhouseError:
            return one_each(prompt) if "File: a.py" in prompt else failing(ErrorKind.UNREACHABLE)

        gpu = Reviewer("gpu", one_each)
        found = await report(session(Reviewer("lab", dying), gpu), file(), file(name="b.py"), file(name="c.py"))
        assert (found.model, missed(found)) == ("lab|m", [("b.py", 1), ("c.py", 1)])
        assert len(gpu.prompts) == 1

    async def test_another_model_may_begin_it(self) -> None:
        down = Reviewer("lab", lambda _: failing(ErrorKind.UNREACHABLE))
        found = await report(session(down, Reviewer("gpu", one_each)), file(), file(name="b.py"))
        assert (found.model, found.coverage.files) == ("gpu|m", 2)
        assert len(down.prompts) == 1

    async def test_an_unreadable_answer_is_asked_for_once_more_and_then_told(self) -> None:
        lab = Reviewer("lab", lambda _: "Fine!")
        found = await report(session(lab), file(), file(name="b.py"))
        assert missed(found) == [("a.py", 1), ("b.py", 1)]
        assert len(lab.prompts) == 4

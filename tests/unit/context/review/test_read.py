"""A model's answer to a review: read however it is wrapped, believed only where it points to the code it was shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.answer.region import Unreadable
from inhouse.context.review.part import Part
from inhouse.context.review.read import Reading, read
from inhouse.domain.code import SourceFile
from inhouse.domain.findings import Category, Finding, FindingSeverity

LINES = (
    "import os\n",
    "\n",
    "def first(items):\n",
    "    return items[0]\n",
    "\n",
    "def run(command):\n",
    "    os.system(command)\n",
    "",
)
PART = Part(SourceFile("file:///calc.py", "src/calc.py", "python", LINES), (2, 6))
FINDING = {
    "file": "src/calc.py",
    "line": 4,
    "endLine": 4,
    "severity": "error",
    "category": "bug",
    "title": "Fails for an empty list",
    "explanation": "`items[0]` raises IndexError when items is empty.",
    "suggestion": "    return items[0] if items else None",
    "confidence": 0.9,
}
ANSWER = json.dumps({"findings": [FINDING]})


def reading(answer: str) -> Reading:
    found = read(answer, PART, cut=False)
    assert isinstance(found, Reading), found
    return found


def one(**changed: object) -> Finding:
    (finding,) = reading(json.dumps({"findings": [FINDING | changed]})).findings
    return finding


def why(answer: str, *, cut: bool = False) -> str:
    found = read(answer, PART, cut=cut)
    assert isinstance(found, Unreadable), found
    return found.reason


class TestWrapping:
    @pytest.mark.parametrize(
        "answer",
        [
            ANSWER,
            f"```json\n{ANSWER}\n```",
            f"~~~\n{ANSWER}",
            f"Here is my review of items[0]:\n\n```\n{ANSWER}\n```\nI hope that this helps [1].",
            f"<think>items[0]? {{maybe}}</think>\n{ANSWER}",
            json.dumps([FINDING]),
            json.dumps(FINDING),
            json.dumps({"review": "x", "Issues": [FINDING]}),
            json.dumps([{"findings": [FINDING]}, {"findings": []}]),
            ANSWER.replace("}]", ",},]"),
            json.dumps({"findings": [FINDING]}, indent=2).replace('",\n', '"\n'),
            ANSWER.replace("{", "{ // as asked\n"),
            str({"findings": [FINDING]}),
            ANSWER.replace('"findings"', "findings").replace('"line"', "line"),
            ANSWER.replace("Fails for", 'Fails "hard" for'),
            ANSWER.replace("when items", "\nwhen items"),
            ANSWER.replace("endLine", "end_line"),
        ],
        ids=[
            "bare",
            "fence",
            "open fence",
            "prose",
            "thinking",
            "array",
            "one object",
            "another name",
            "array of objects",
            "trailing commas",
            "missing commas",
            "comment",
            "single quotes",
            "bare keys",
            "quotes inside",
            "line break inside",
            "snake case",
        ],
    )
    def test_is_read_however_it_is(self, answer: str) -> None:
        (finding,) = reading(answer).findings
        assert (finding.first, finding.last, finding.severity) == (3, 3, FindingSeverity.ERROR)
        assert finding.title.replace('"hard" ', "") == "Fails for an empty list"
        assert finding.suggestion == "    return items[0] if items else None"

    def test_one_object_a_line_is_several_findings(self) -> None:
        lines = [json.dumps(FINDING), json.dumps(FINDING | {"line": 7, "title": "Runs anything"})]
        assert [each.first for each in reading("\n".join(lines)).findings] == [3, 6]

    @pytest.mark.parametrize(
        "answer", ['{"findings": []}', "[]", "```json\n[]\n```", 'No problems here: {"findings": []}']
    )
    def test_no_findings_is_an_answer(self, answer: str) -> None:
        assert reading(answer) == Reading(())

    @pytest.mark.parametrize(
        "answer",
        [
            "",
            "  \n",
            "No findings.",
            "I am sorry, but I can't help with that.",
            "{}",
            "[1, 2]",
            '{"result": "fine"}',
            "Initialize it with `[]` instead.",
            'If all is well I say {"findings": []}. ' + "But the list may be empty, and then it fails. " * 10,
            '{"findings": [{"file": "…", "line": 12, "severity": "…", "title": "…", "explanation": "…"}]}',
            "{" * 5000,
            '{"a": ' * 5000,
        ],
    )
    def test_anything_else_is_not_taken_for_clean(self, answer: str) -> None:
        assert why(answer).endswith(".")

    @pytest.mark.parametrize("end", [20, 60, len(ANSWER) - 2, len(ANSWER) - 1])
    def test_an_answer_that_ends_in_the_middle_is_not_read_in_part(self, end: int) -> None:
        assert why(ANSWER[:end]) == "The answer ends in the middle."

    def test_an_answer_that_reached_its_limit_is_not_read_though_it_looks_whole(self) -> None:
        assert "limit" in why('{"findings": []}', cut=True)


class TestPlace:
    def test_is_counted_from_one_by_the_model_and_from_zero_by_us(self) -> None:
        found = one(line=6, endLine=7)
        assert (found.first, found.last) == (5, 6)

    @pytest.mark.parametrize("line", [0, -1, 1, 2, 8, 900, 1e300, "none", None, [], True])
    def test_elsewhere_is_dropped_and_counted(self, line: object) -> None:
        found = reading(json.dumps({"findings": [FINDING, FINDING | {"line": line, "endLine": line}]}))
        assert (len(found.findings), found.elsewhere) == (1, 1)

    def test_in_another_file_is_dropped_and_counted(self) -> None:
        found = reading(json.dumps({"findings": [FINDING | {"file": "src/other.py"}]}))
        assert found == Reading((), elsewhere=1)

    @pytest.mark.parametrize("file", ["calc.py", "./src/calc.py", "/home/me/src/calc.py", "src\\calc.py", ""])
    def test_of_the_file_by_another_spelling_counts(self, file: str) -> None:
        assert one(file=file).uri == "file:///calc.py"

    @pytest.mark.parametrize("line", ["4", "L4", "4-4", "lines 4 to 4", [4, 4], 4.0])
    def test_is_read_in_words_too(self, line: object) -> None:
        assert one(line=line).first == 3

    def test_beyond_the_part_ends_with_it_and_has_no_suggestion_then(self) -> None:
        found = one(line=7, endLine=40)
        assert (found.first, found.last, found.suggestion) == (6, 6, None)

    def test_whose_end_comes_before_it_is_one_line(self) -> None:
        assert (one(endLine=1).first, one(endLine=1).last) == (3, 3)


class TestValues:
    @pytest.mark.parametrize(
        ("said", "meant"),
        [("critical", "error"), ("HIGH", "error"), ("medium", "warning"), ("nit", "warning"), ("low", "info")],
    )
    def test_severity(self, said: str, meant: str) -> None:
        assert one(severity=said).severity.value == meant

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("logic error", Category.BUG),
            ("vulnerability", Category.SECURITY),
            ("format string", Category.BUG),
            ("race condition", Category.CONCURRENCY),
            ("Performance", Category.PERFORMANCE),
            (None, Category.BUG),
        ],
    )
    def test_category(self, said: object, meant: Category) -> None:
        assert one(category=said).category is meant

    @pytest.mark.parametrize("category", ["style", "Formatting", "praise", "nitpick", "readability"])
    def test_style_and_praise_are_no_findings(self, category: str) -> None:
        assert reading(json.dumps({"findings": [FINDING | {"category": category}]})) == Reading(())

    @pytest.mark.parametrize(
        ("said", "meant"),
        [(0.7, 0.7), (7, 0.7), (70, 0.7), ("70%", 0.7), ("high", 0.9), (None, 0.5), (-1, 0.5), (1e9, 1), (True, 0.5)],
    )
    def test_confidence(self, said: object, meant: float) -> None:
        assert one(confidence=said).confidence == pytest.approx(meant)

    def test_what_might_be_said_of_any_code_weighs_less(self) -> None:
        vague = one(title="Missing error handling", explanation="An exception might be thrown.")
        assert vague.severity is FindingSeverity.WARNING
        assert one(title="It fails", explanation="`[0]` may not be there.").severity is FindingSeverity.ERROR

    def test_text_for_people_has_nothing_in_it_that_they_do_not_see(self) -> None:
        found = one(title="A\u202e \x1b[31mitems\u200b\nB", explanation="\x00items \r\nmore")
        assert found.title == "A [31mitems B"
        assert found.explanation == "items \nmore"

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("```python\n    return 1\n```", "    return 1"),
            ("4|     return 1\n5|     # more", "    return 1\n    # more"),
            ("    return items[0]\n", None),
            ("    return \u202e1", None),
            (None, None),
            ("", None),
        ],
    )
    def test_suggestion(self, said: object, meant: str | None) -> None:
        assert one(suggestion=said).suggestion == meant


class TestFingerprint:
    def moved(self, lines: tuple[str, ...], by: int) -> Finding:
        part = Part(SourceFile("file:///calc.py", "src/calc.py", "python", lines), (0, len(lines) - 1))
        answer = json.dumps({"findings": [FINDING | {"line": 4 + by, "endLine": 4 + by, "title": "Other words"}]})
        found = read(answer, part, cut=False)
        assert isinstance(found, Reading)
        return found.findings[0]

    def test_stays_when_lines_are_put_above_or_indented(self) -> None:
        above = ("# one\n", "# two\n", *LINES[:3], "        return items[0]\n", *LINES[4:])
        assert self.moved(above, 2).fingerprint == one().fingerprint

    def test_differs_for_other_code_and_for_the_same_code_elsewhere(self) -> None:
        changed = (*LINES[:3], "    return items[1]\n", *LINES[4:])
        twice = (*LINES[:4], *LINES[2:])
        found = {one().fingerprint, self.moved(changed, 0).fingerprint, self.moved(twice, 2).fingerprint}
        assert len(found) == 3
        assert one(category="security").fingerprint != one().fingerprint


TEXTS = st.text() | st.text(alphabet="{}[]\",:'\\ \n/findgslte0123456789.-e`~<>")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*FINDING, "findings"]), inner),
    max_leaves=20,
)


def check(answer: str) -> None:
    found = read(answer, PART, cut=False)
    if isinstance(found, Reading):
        for each in found.findings:
            assert 2 <= each.first <= each.last <= 6
            assert 0 <= each.confidence <= 1
            assert each.title.strip()
    else:
        assert found.reason


@given(TEXTS)
def test_any_text_is_read_or_refused(answer: str) -> None:
    check(answer)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    check(json.dumps(value))
    check(json.dumps({"findings": [value]}))


@given(st.integers(0, len(ANSWER)), TEXTS)
def test_any_spoilt_answer_is_read_or_refused(at: int, noise: str) -> None:
    check(ANSWER[:at] + noise + ANSWER[at:])


@given(st.fixed_dictionaries({key: st.just(value) | JSON for key, value in FINDING.items()}))
def test_a_finding_of_any_values_stands_on_the_part_or_nowhere(item: dict[str, object]) -> None:
    check(json.dumps({"findings": [item]}))

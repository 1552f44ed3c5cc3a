"""Whatever a model answers: nothing outside the asked place changes, nothing inside without need, and nothing fails."""

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inhouse.context.answer.hunks import edits
from inhouse.context.answer.read import read_answer
from inhouse.context.answer.region import Intent, Region, Unreadable
from inhouse.context.syntax import check as grammar
from inhouse.domain.code import Position, SourceFile, Span
from tests.unit.context.answer.corpus import Case, cases
from tests.unit.context.answer.editing import applied, between, offset, source, split

CASES = [case for case in cases() if not case.cut]
WRITTEN = [case for case in CASES if case.result is not None]

TAKEN_AGAIN = [
    case
    for case in WRITTEN
    if case.region.intent is not Intent.WHOLE_FILE and not re.search(r"diff|search and replace|quoted first", case.name)
]
"""Not what is added, and not what speaks of the old code."""

LINES = sorted({line for case in CASES for line in case.answer.split("\n")})
"""What answers consist of."""

ODD = st.text(
    st.sampled_from("a \t\n\r\u2028\x0b\x1b[m`~#{}()\"'\\<>|=+-@.:;0\u200b\u202e\ufeffä👩\U000e0041"), max_size=80
)

ANSWERS = st.one_of(
    st.text(max_size=200),
    ODD,
    st.lists(st.one_of(st.sampled_from(LINES), ODD), max_size=25).map("\n".join),
    st.sampled_from(CASES).map(lambda case: case.answer),
)

FILES = st.one_of(
    st.sampled_from([case.region.file for case in CASES]),
    st.builds(
        source,
        st.lists(st.one_of(st.sampled_from(LINES), ODD), max_size=12).map("\n".join),
        st.sampled_from(["python", "typescript", "markdown", "ruby", "unheard-of", ""]),
    ),
)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """Any place of a file, in whole lines or not."""
    file = draw(FILES)
    first, second = sorted((draw(positions(file)), draw(positions(file))))
    return Region(file, Span(first, second), draw(st.sampled_from(list(Intent))))


@st.composite
def positions(draw: st.DrawFn, file: SourceFile) -> Position:
    line = draw(st.integers(0, len(file.lines) - 1))
    length = len(file.lines[line].rstrip("\r\n"))
    return Position(line, draw(st.one_of(st.just(0), st.just(length), st.integers(0, length))))


@st.composite
def whole_lines(draw: st.DrawFn) -> Region:
    """Some lines with their indentation that hold something and do not begin or end with blank ones."""
    file = draw(st.sampled_from([case.region.file for case in CASES]))
    filled = [at for at, line in enumerate(file.lines) if line.strip()]
    assume(filled)
    first, last = sorted((draw(st.sampled_from(filled)), draw(st.sampled_from(filled))))
    end = Position(last + 1, 0) if last + 1 < len(file.lines) else Position(last, len(file.lines[last]))
    return Region(file, Span(Position(first, 0), end), Intent.REWRITE)


@given(ANSWERS, regions(), st.booleans())
def test_nothing_outside_the_region_changes(answer: str, region: Region, exact: bool) -> None:
    found = read_answer(answer, region, cut=False, syntax=grammar if exact else None)
    if isinstance(found, Unreadable):
        assert found.reason.endswith(".") or ":" in found.reason
        return
    file, span = region.file, region.span
    text = applied(file, found)
    assert text.startswith(between(file, Span(Position(0, 0), span.start)))
    assert text.endswith("".join(file.lines)[offset(file, span.end) :])
    assert all(span.start <= edit.span.start and edit.span.end <= span.end for edit in found)


@given(ANSWERS, regions())
def test_new_lines_end_as_the_lines_of_the_file_do(answer: str, region: Region) -> None:
    lines = tuple(line.rstrip("\r\n") + "\r\n" for line in region.file.lines[:-1])
    file = replace(region.file, lines=(*lines, region.file.lines[-1]))
    assume(lines)
    found = read_answer(answer, replace(region, file=file), cut=False)
    assume(not isinstance(found, Unreadable))
    assert not isinstance(found, Unreadable)
    bare = applied(file, found).replace("\r\n", "")
    assert "\n" not in bare
    assert "\r" not in bare


@given(
    whole_lines(),
    st.sampled_from(["```\n{}\n```", "```\n{}\n\n```\n", "~~~~\n{}\n~~~~", "Sure!\n\n`````\n{}\n`````\nBye."]),
)
def test_code_that_comes_back_as_it_was_changes_nothing(region: Region, form: str) -> None:
    code = between(region.file, region.span).rstrip("\r\n").removeprefix("\ufeff")
    assume("```" not in code or not form.startswith("```"))  # half a block in a fence of the same length tells nothing
    assert read_answer(form.format(code), region, cut=False) == ()


@given(st.sampled_from(CASES))
def test_the_file_that_comes_back_as_it_was_changes_nothing(case: Case) -> None:
    region = case.region
    assume(region.intent in {Intent.REWRITE, Intent.FIX})
    code = "".join(region.file.lines).rstrip("\r\n")
    assert read_answer(f"`````\n{code}\n`````", region, cut=False) == ()


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), min_size=1, max_size=8))
def test_lines_that_stay_are_not_edited(old: list[str], new: list[str]) -> None:
    file = source("\n".join(["head", *old, "tail"]))
    region = Region(file, Span(Position(1, 0), Position(1 + len(old), 0)), Intent.REWRITE)
    found = edits(region, new)
    assert applied(file, found) == "\n".join(["head", *new, "tail"])
    for edit in found:
        before, after = (split(text)[:-1] for text in (between(file, edit.span), edit.text))
        assert before[:1] != after[:1]
        assert before[-1:] != after[-1:]


@pytest.mark.parametrize("case", TAKEN_AGAIN, ids=lambda case: case.name)
def test_an_answer_that_was_taken_changes_nothing_the_second_time(case: Case) -> None:
    region = case.region
    found = read_answer(case.answer, region, cut=False)
    assert not isinstance(found, Unreadable)
    text = applied(region.file, found)
    start = offset(region.file, region.span.start)
    behind = len("".join(region.file.lines)) - offset(region.file, region.span.end)
    file = replace(region.file, lines=split(text))
    again = Region(file, Span(place(text, start), place(text, len(text) - behind)), region.intent)
    assert read_answer(case.answer, again, cut=False) == ()


def place(text: str, at: int) -> Position:
    line = text.count("\n", 0, at)
    return Position(line, at - (text.rfind("\n", 0, at) + 1))

"""The front matter: what it sets, and a fault that names its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.chat_document.front_matter import FrontMatter, length, read
from inhouse.domain.conversation import SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp.documents import split_lines


def check(body: str, expected: FrontMatter) -> None:
    assert read(split_lines(f"---\n{body}\n---\n## You\n")) == expected


def test_sets_model_system_and_options() -> None:
    check(
        "model: lab|acme/qwen # the big one\nsystem: 'Be: brief.'\n"
        "temperature: 0.2\ntop_p: 0.9\n\n# none\nmax_tokens: 7\nseed: 1",
        FrontMatter("lab|acme/qwen", "Be: brief.", SamplingOptions(0.2, 0.9, 7, seed=1)),
    )
    check("", FrontMatter())
    check("model:\nsystem:", FrontMatter())


def test_system_may_have_lines() -> None:
    check("system: |\n  One\n\n    two\nmodel: m", FrontMatter("m", "One\n\n  two"))


def test_keys_of_other_programs_are_passed_over() -> None:
    check("title: A talk\ntags:\n  - a\n- b\nmodel: m", FrontMatter("m"))


def test_document_without_front_matter_has_none() -> None:
    for text in ("", "## You\n", "text\n---\nmodel: x\n---\n"):
        assert read(split_lines(text)) == FrontMatter()
        assert length(split_lines(text)) == 0


FAULTS = {
    "temperature: hot": "Line 2 of the chat document: temperature must be a number from 0 to 100.",
    "temperature: nan": "Line 2 of the chat document: temperature must be a number from 0 to 100.",
    "a: 1\ntop_p: 0": "Line 3 of the chat document: top_p must be a number above 0 and up to 1.",
    "max_tokens: 0": "Line 2 of the chat document: max_tokens must be a whole number from 1 on.",
    "max_tokens: 1.5": "Line 2 of the chat document: max_tokens must be a whole number from 1 on.",
    "model: a\nmodel: b": "Line 3 of the chat document: model was given already.",
    "modle: a": "Line 2 of the chat document: modle is not known; model is.",
    "just words": "Line 2 of the chat document: the front matter has lines of a key, a colon, a space and a value.",
}


@pytest.mark.parametrize("body", FAULTS)
def test_fault_names_its_line(body: str) -> None:
    with pytest.raises(InhouseError) as caught:
        read(split_lines(f"---\n{body}\n---\n"))
    assert (caught.value.message, caught.value.kind) == (FAULTS[body], ErrorKind.INVALID_REQUEST)


def test_front_matter_that_never_ends_is_a_fault_and_takes_no_lines() -> None:
    with pytest.raises(InhouseError, match=r"Line 1 .* never ends"):
        read(["---\n", "model: a\n"])
    assert length(["---\n", "model: a\n"]) == 0


@given(st.text(alphabet="model: system|>-#'\"\n\t temperature0.1seed\r", max_size=80))
def test_any_text_is_read_or_refused(body: str) -> None:
    lines = split_lines(f"---\n{body}\n---\n")
    try:
        read(lines)
    except InhouseError as refused:
        assert refused.message.startswith("Line ")

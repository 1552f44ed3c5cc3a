"""Whatever a model puts around it, what is left is a message as git's tools expect it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.answer.region import Unreadable
from inhouse.context.commit_message.read import SUBJECT, read_message

PLAIN = "Fix the login"
WITH_BODY = "Fix the login\n\nThe token was read twice."

READ = {
    "alone": (PLAIN, PLAIN),
    "with a body": (WITH_BODY, WITH_BODY),
    "body right behind": ("Fix the login\nThe token was read twice.", WITH_BODY),
    "in a fence": (f"```\n{WITH_BODY}\n```", WITH_BODY),
    "in a fence with a word": (f"```text\n{PLAIN}\n```\n\nThis message says what changed.", PLAIN),
    "introduced": (f"Here is a commit message for these changes:\n\n{WITH_BODY}", WITH_BODY),
    "introduced and fenced": (f"Sure! Here's the commit message:\n\n```\n{WITH_BODY}\n```\nLet me know!", WITH_BODY),
    "labelled": (f"Commit message: {PLAIN}", PLAIN),
    "labelled in bold": ("**Commit message:** Fix the login", PLAIN),
    "labelled line": (f"Subject: {PLAIN}\n\nThe token was read twice.", WITH_BODY),
    "quoted": (f'"{PLAIN}"', PLAIN),
    "in curly quotes": ("\u201cFix the login\u201d", PLAIN),
    "in backquotes": (f"`{PLAIN}`", PLAIN),
    "bold": (f"**{PLAIN}**\n\nThe token was read twice.", WITH_BODY),
    "a heading": (f"# {PLAIN}", PLAIN),
    "an item": (f"- {PLAIN}", PLAIN),
    "code in the subject stays": ("Rename `a` to `b`", "Rename `a` to `b`"),
    "full stop": ("Fix the login.", PLAIN),
    "conventional": ("fix(auth): read the token once", "fix(auth): read the token once"),
    "talk behind it": (f"{WITH_BODY}\n\nLet me know if you want another one!", WITH_BODY),
    "invented trailers": (f"{WITH_BODY}\n\nSigned-off-by: You <you@lab>\nCo-authored-by: A <a@b>", WITH_BODY),
    "thinking": (f"<think>What is it?</think>\n{PLAIN}", PLAIN),
    "line ends": ("Fix the login\r\n\r\nThe token was read twice.\r\n", WITH_BODY),
    "terminal codes": ("\x1b[31mFix the login\x1b[0m", PLAIN),
    "a line that git takes for a comment": ("Fix\n\n## Why\nIt was wrong.", "Fix\n\nWhy\nIt was wrong."),
    "list": ("Fix the login\n\n- one\n- two", "Fix the login\n\n- one\n- two"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_message_is_found_in_the_answer(name: str) -> None:
    answer, message = READ[name]
    assert read_message(answer, cut=False) == message


def test_long_subject_goes_on_in_the_body() -> None:
    message = read_message(
        "Read the token once and no more than once, because it is a costly thing to read twice", cut=False
    )
    assert message == ("Read the token once and no more than once, because it is a costly thing…\n\n…to read twice")


def test_body_is_wrapped_and_items_are_indented() -> None:
    message = read_message(f"Fix\n\n{'word ' * 30}\n- {'item ' * 20}\n\nhttp://example.com/{'x' * 90}", cut=False)
    assert isinstance(message, str)
    lines = message.split("\n")
    assert all(len(line) <= SUBJECT for line in lines[:-1])
    assert [line for line in lines if line.startswith("  item")]
    assert lines[-1] == f"http://example.com/{'x' * 90}"


@pytest.mark.parametrize(
    "answer", ["", "  \n", "```\n```", "I'm sorry, but I can't help with that.", "<think>Hm, what"]
)
def test_answer_without_a_message_is_refused(answer: str) -> None:
    assert isinstance(read_message(answer, cut=False), Unreadable)


def test_of_an_answer_that_was_cut_off_the_whole_lines_are_kept() -> None:
    assert read_message("Fix the login\n\nThe token was read twice.\nIt was al", cut=True) == WITH_BODY
    assert read_message("Fix the login\n\nThe tok", cut=True) == PLAIN
    assert isinstance(read_message("Fix the log", cut=True), Unreadable)


@given(
    st.text()
    | st.lists(st.sampled_from([*(answer for answer, _ in READ.values()), "\n", "#", "- ", "x" * 80])).map("".join)
)
def test_what_is_read_has_the_form_of_a_message(answer: str) -> None:
    for cut in (False, True):
        message = read_message(answer, cut=cut)
        if isinstance(message, str):
            subject, *rest = message.split("\n")
            assert 0 < len(subject) <= SUBJECT
            assert rest[:1] in ([], [""])
            assert message == message.strip()
            assert all(not line.startswith("#") for line in rest)

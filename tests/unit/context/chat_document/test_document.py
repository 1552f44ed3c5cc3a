"""Reading a chat document: whose turns it has, and what is only text."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.chat_document.answer_text import AnswerText
from inhouse.context.chat_document.document import Turn, parse
from inhouse.context.chat_document.marks import Ending, mark
from inhouse.context.chat_document.surroundings import closing, opening, place_after
from inhouse.domain.code import Position
from inhouse.lsp.documents import split_lines

MODEL = "lab|acme/qwen 3"


def turns(text: str) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in parse(split_lines(text)).turns]


def check(text: str, *expected: tuple[str, str]) -> None:
    assert turns(text) == list(expected)


def test_turns_are_headed_by_you_and_by_models() -> None:
    check(
        "# A talk\n\n## You\n\nWhy?\n\n## lab|m\nBecause.\n### More\n## you \n\n## Summary\nAnd?",
        ("You", "Why?"),
        ("lab|m", "Because.\n### More"),
        ("You", "## Summary\nAnd?"),
    )


def test_document_without_headings_is_a_question() -> None:
    check("\nWhy is the sky blue?\n\n", ("You", "Why is the sky blue?"))
    check("Why?\n## lab|m\nSo.\n## You\n", ("You", "Why?"), ("lab|m", "So."), ("You", ""))
    check("")
    check("A note\n## You\nWhy?", ("You", "Why?"))


def test_headings_in_code_are_code() -> None:
    check("## You\n~~~md\n## You\n```\n## a|b\n~~~\nx", ("You", "~~~md\n## You\n```\n## a|b\n~~~\nx"))
    check("## You\n```\n## a|b\n", ("You", "```\n## a|b"))
    check("## You\n``` a`b\n## a|b\n", ("You", "``` a`b"), ("a|b", ""))


def test_backslash_makes_a_heading_plain_text() -> None:
    check("## You\n\\## You\n\\\\## a|b\n\\# x", ("You", "## You\n\\## a|b\n\\# x"))


def test_front_matter_is_nobodys_turn() -> None:
    check("---\nmodel: a|b\n## You\n---\n\nWhy?", ("You", "Why?"))


def test_mark_of_an_answer_that_is_not_whole_is_not_its_text() -> None:
    document = parse(split_lines(f"q\n## a|b\n\nHalf an\n\n{mark(Ending.FAILED, 'lab is away.')}\n\n## You\n"))
    answer = document.turns[1]
    assert (answer.text, answer.ending) == ("Half an", Ending.FAILED)
    assert parse(split_lines(f"## You\n{mark(Ending.STOPPED)}")).turns[0].ending is None


def written(lines: list[str], turn: Turn, pieces: list[str]) -> str:
    """The document with the answer in it, as a client makes it."""
    place, writing = place_after(turn, lines), AnswerText()
    answer = "".join([*map(writing.add, pieces), writing.end()])
    before = "".join([*lines[: place.line], lines[place.line][: place.character]])
    behind = "".join(lines)[len(before) :]
    return before + opening(turn, MODEL).text + answer + closing(lines, place).text + behind


LINE = st.sampled_from([
    "## You", "## a|b", "\\## You", "```", "~~~~", "   ```py", "````", "*Inhouse: stopped.*", "\\*Inhouse: cut off. x*",
    "", " ", "#", "##", "## ", "## x", "*", "text", "    deep", "\\", "---", "## you  ", "## a|", "\t",
])  # fmt: skip
ANSWER = st.one_of(
    st.lists(LINE).map("\n".join), st.text(), st.text(alphabet="#`~ \\\n\r|Youab*", max_size=40), st.just("x")
)
QUESTION = st.one_of(ANSWER, st.lists(LINE).map("\r\n".join)).filter(lambda text: bool(turns(f"## You\n{text}")[-1][1]))


@given(QUESTION, ANSWER)
def test_no_answer_changes_the_turns_around_it(question: str, answer: str) -> None:
    lines = split_lines(f"## You\n{question}")
    before = parse(lines).turns
    if not before[-1].is_question:
        return
    after = parse(split_lines(written(lines, before[-1], [answer]))).turns
    assert [turn.speaker for turn in after] == [*(turn.speaker for turn in before), MODEL, "You"]
    assert [turn.text for turn in after[: len(before) - 1]] == [turn.text for turn in before[:-1]]
    assert after[-1].text == ""
    assert after[-2].ending is None


@given(ANSWER, st.data())
def test_answer_is_read_back_as_it_was_meant_whatever_pieces_it_came_in(answer: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=8)))
    pieces = [answer[start:end] for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    lines = split_lines("Why?\n")
    [question] = parse(lines).turns
    assert written(lines, question, pieces) == written(lines, question, [answer])
    found = parse(split_lines(written(lines, question, pieces))).turns[1].text
    if "```" in answer or "~~~" in answer:
        return  # an open code block is closed
    printable = "".join(char for char in answer.replace("\r\n", "\n").replace("\r", "\n"))
    if all(char.isprintable() or char in "\n\t" for char in printable):
        assert found.split() == printable.split()


def test_answer_that_ends_inside_code_does_not_swallow_the_next_question() -> None:
    lines = split_lines("Why?")
    [question] = parse(lines).turns
    assert written(lines, question, ["So:\n```py\nx = 1\n"]) == (
        f"Why?\n\n## {MODEL}\n\nSo:\n```py\nx = 1\n```\n\n## You\n\n"
    )


def test_question_that_leaves_code_open_gets_it_closed() -> None:
    lines = split_lines("## You\n\n```py\nx\n")
    assert written(lines, parse(lines).turns[0], ["y"]) == f"## You\n\n```py\nx\n```\n\n## {MODEL}\n\ny\n\n## You\n\n"


def test_turn_that_stands_below_already_is_not_headed_twice() -> None:
    lines = split_lines("## You\nWhy?\n\n## You\n\nAnd then?")
    document = parse(lines)
    question = document.question(1)
    assert question is not None
    assert closing(lines, place_after(question, lines)).text == ""
    assert closing(lines, Position(1, 2)).text.startswith("\n\n## You")

"""What may change is what the user pointed at, and no more than it takes."""

from inhouse.assist.actions.region import meant, of_block, of_diagnostic, of_selection, whole_lines
from inhouse.context.syntax.near import block_near
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic
from tests.unit.assist.actions.code import cursor, source, span

SHORT = "x = 1\n\ndef f():\n    a = 1\n    return a\n\ny = 2\n"
LONG = "def f():\n" + "    a = 1\n" * 40 + "\ny = 2"


def test_a_short_function_is_fixed_as_a_whole() -> None:
    file = source(SHORT)
    wrong = Diagnostic(span(3, 4, 3, 5), "")
    assert of_diagnostic(file.lines, wrong, block_near(file, 3)) == span(2, 0, 5, 0)


def test_a_long_one_around_the_diagnostic() -> None:
    file = source(LONG)
    wrong = Diagnostic(span(20, 4, 20, 5), "")
    assert of_diagnostic(file.lines, wrong, block_near(file, 20)) == span(17, 0, 24, 0)


def test_a_long_one_is_never_left() -> None:
    file = source(LONG)
    block = block_near(file, 1)
    assert block is not None
    assert of_diagnostic(file.lines, Diagnostic(span(1, 4, 1, 5), ""), block) == span(0, 0, 5, 0)
    assert of_diagnostic(file.lines, Diagnostic(span(40, 4, 40, 5), ""), block) == span(37, 0, 41, 0)


def test_outside_of_blocks_the_lines_around_it() -> None:
    file = source(SHORT)
    assert of_diagnostic(file.lines, Diagnostic(span(6, 0, 6, 1), ""), None) == span(3, 0, 7, 0)


def test_a_diagnostic_beyond_the_end_is_on_the_last_line() -> None:
    file = source("a\nb")
    assert of_diagnostic(file.lines, Diagnostic(cursor(9), ""), None) == span(0, 0, 1, 1)


def test_a_selection_of_whole_lines_but_for_blanks() -> None:
    lines = source(SHORT).lines
    assert of_selection(lines, span(3, 4, 4, 12)) == span(3, 0, 5, 0)
    assert of_selection(lines, span(3, 0, 4, 0)) == span(3, 0, 4, 0)
    assert of_selection(lines, span(3, 5, 4, 12)) == span(3, 5, 4, 12)
    assert of_selection(lines, span(3, 4, 4, 11)) == span(3, 4, 4, 11)


def test_the_last_line_may_have_no_end() -> None:
    assert whole_lines(source("a\nbc").lines, 0, 1) == span(0, 0, 1, 2)


def test_documentation_above_is_part_of_what_is_documented() -> None:
    file = source("// adds\nfunc add() int {\n\treturn 1\n}\n", name="a.go", language="go")
    block = block_near(file, 2)
    assert block is not None
    assert of_block(file.lines, ActionKind.DOCUMENT, block) == span(0, 0, 4, 0)
    assert of_block(file.lines, ActionKind.EXPLAIN, block) == span(1, 0, 4, 0)


def test_one_sign_or_word_is_a_cursor_as_some_editors_send_it() -> None:
    lines = source(SHORT).lines
    assert meant(lines, span(3, 4, 3, 5)) == cursor(3, 4)
    assert meant(lines, span(4, 4, 4, 10)) == cursor(4, 4)
    assert meant(lines, span(4, 4, 4, 12)) == span(4, 4, 4, 12)
    assert meant(lines, span(3, 0, 4, 0)) == span(3, 0, 4, 0)

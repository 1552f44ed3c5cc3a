"""What the corpus does not say: empty files, bare places, sizes, imports that an edit cannot bring."""

import pytest

from inhouse.context.answer.extras import missing_imports
from inhouse.context.answer.read import MOST_CHARACTERS, read_answer
from inhouse.context.answer.region import Intent, Region, Unreadable
from inhouse.domain.code import Position, SourceFile, Span, TextEdit
from tests.unit.context.answer.editing import applied, source

START = Position(0, 0)


@pytest.mark.parametrize("lines", [(), ("",)])
def test_a_new_file_gets_the_answer_and_a_line_end(lines: tuple[str, ...]) -> None:
    region = Region(SourceFile("file:///w/new.py", "new.py", "python", lines), Span(START, START), Intent.WHOLE_FILE)
    assert read_answer("```python\nx = 1\n```", region, cut=False) == (TextEdit(Span(START, START), "x = 1\n"),)


def test_a_bare_place_on_an_empty_line_is_filled() -> None:
    file = source("def f():\n    a()\n    \n    b()\n")
    region = Region(file, Span(Position(2, 4), Position(2, 4)), Intent.REWRITE)
    found = read_answer("```\nif a:\n    c()\n```", region, cut=False)
    assert not isinstance(found, Unreadable)
    assert applied(file, found) == "def f():\n    a()\n    if a:\n        c()\n    b()\n"


def test_a_bare_place_before_a_line_gets_lines_of_its_own() -> None:
    file = source("def f():\n    b()\n")
    region = Region(file, Span(Position(1, 0), Position(1, 0)), Intent.REWRITE)
    found = read_answer("```\na()\n```", region, cut=False)
    assert not isinstance(found, Unreadable)
    assert applied(file, found) == "def f():\n    a()\n    b()\n"


def test_an_endless_answer_is_refused_at_once() -> None:
    region = Region(source("x = 1\n"), Span(START, Position(1, 0)), Intent.REWRITE)
    found = read_answer("x = 2\n" * MOST_CHARACTERS, region, cut=False)
    assert found == Unreadable("The answer is far too long.")


def test_imports_that_the_file_has_not_are_told() -> None:
    region = Region(source("import os\n\n\ndef f():\n    pass\n"), Span(Position(3, 0), Position(5, 0)), Intent.REWRITE)
    answer = "```python\nimport os\nimport re\nfrom a import b\n\ndef f():\n    import json\n```"
    assert missing_imports(answer, region) == ("import re", "from a import b")


def test_signs_that_the_file_has_itself_stay() -> None:
    file = source('text = "a\u202eb\u200bc"\n')
    region = Region(file, Span(START, Position(1, 0)), Intent.REWRITE)
    found = read_answer('```python\ntext = "x" + "a\u202eb\u200bc"\n```', region, cut=False)
    assert not isinstance(found, Unreadable)
    assert applied(file, found) == 'text = "x" + "a\u202eb\u200bc"\n'


@pytest.mark.timeout(20)
@pytest.mark.parametrize("language", ["python", "rust"])
@pytest.mark.parametrize("intent", [Intent.REWRITE, Intent.COMPLETE])
@pytest.mark.parametrize("sign", [" ", "\n", "`", "'", '"', "(", "<<<<<<<\n", "if x:\n", 'r#"', "/*", "\x1b[", "{ \n"])
def test_what_a_model_repeats_senselessly_does_not_hold_up_the_editor(sign: str, intent: Intent, language: str) -> None:
    file = source("def f():\n    return 1\n", language)
    region = Region(file, Span(START, Position(2, 0)), intent)
    count = 10_000 // len(sign)
    for answer in (sign * count, f"```\n{sign * count}\n```", f"```{sign * count}`"):
        read_answer(answer, region, cut=False)

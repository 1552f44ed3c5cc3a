"""A grammar tells whether code can be read, and what of it is code."""

import pytest

from inhouse.context.syntax.check import code_tokens, errors
from tests.unit.context.syntax.samples import SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_what_is_right_has_no_errors(sample: Sample) -> None:
    assert errors(sample.text, sample.language) == 0


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_what_is_cut_off_has_errors(sample: Sample) -> None:
    cut = sample.text[: sample.text.rindex("{")] if "{" in sample.text else sample.text + "def f(:\n"
    assert errors(cut + "((", sample.language)


def same(old: str, new: str, language: str) -> bool:
    return code_tokens(old, language) == code_tokens(new, language)


PYTHON = "def f(a):\n    if a:\n        b = ' x'\n    return b\n"


def test_comments_and_docstrings_are_no_code() -> None:
    documented = PYTHON.replace("(a):\n", '(a):\n    """Says."""\n\n    # why\n')
    assert same(PYTHON, documented, "python")


@pytest.mark.parametrize(("old", "new"), [("' x'", "'  x'"), ("    return", "        return"), ("f(a)", "f(a, b)")])
def test_every_change_of_the_code_is_seen(old: str, new: str) -> None:
    """Also one of indentation alone, and of blanks in a string."""
    assert not same(PYTHON, PYTHON.replace(old, new), "python")


def test_a_language_without_a_grammar_says_nothing() -> None:
    assert errors("a: b", "yaml") is None
    assert code_tokens("a: b", "yaml") is None


@pytest.mark.parametrize(
    ("language", "member"),
    [
        ("python", "    def get(self):\n        return 1\n"),
        ("typescript", "  async get(a: number): Promise<x> {\n    return 1;\n  }\n"),
        ("javascript", "  get(a) {\n    return 1;\n  }\n"),
        ("java", "  @Override\n  public int get(int a) {\n    return 1;\n  }\n"),
        ("csharp", "  public int Get(int a)\n  {\n    return 1;\n  }\n"),
        ("php", "  public function get(int $a): int\n  {\n    return 1;\n  }\n"),
        ("cpp", "  int get(int a) const override {\n    return 1;\n  }\n"),
        ("rust", "    pub fn get(&self) -> i32 {\n        return 1\n    }\n"),
        ("go", "\tif a {\n\t\treturn 1\n\t}\n"),
    ],
)
def test_a_part_of_a_file_is_read_too(language: str, member: str) -> None:
    mark = "#" if language == "python" else "//"
    commented = member.replace("return", f"{mark} why\n    return") if language != "python" else f"    # why\n{member}"
    assert same(member, commented, language)
    assert not same(member, member.replace("1", "2"), language)

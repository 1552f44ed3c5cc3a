"""A proposal, and what the user has made of the document meanwhile, put together."""

from tests.e2e.editors.neovim.running import Neovim

CASES = {
    "nothing was changed meanwhile": ("abcd", "aBcd", "abcd", "aBcd"),
    "a line above was changed": ("abcd", "abcD", "Abcd", "AbcD"),
    "lines above were added": ("abcd", "abcDE", "xyabcd", "xyabcDE"),
    "lines below were taken away": ("abcdef", "Abcdef", "abcd", "Abcd"),
    "the first hunk was taken over already": ("abcde", "AbcdE", "Abcde", "AbcdE"),
    "all was taken over already": ("abcde", "AbcdE", "AbcdE", "AbcdE"),
    "the same line was changed": ("abcd", "aBcd", "axcd", None),
    "a line beside it was changed": ("abcd", "aBcd", "abxd", None),
    "something was added where it adds": ("ab", "aXb", "ayb", None),
    "an empty text was filled": ("", "ab", "", "ab"),
    "all was taken away": ("ab", "", "ab", ""),
}


def test_both_changes_are_kept_or_it_is_said_that_they_cannot_be(neovim: Neovim) -> None:
    given = {name: [list(text) for text in case[:3]] for name, case in CASES.items()}
    merged = neovim.run("merge.lua", cases=given)
    assert merged == {name: case[3] if case[3] is not None else False for name, case in CASES.items()}

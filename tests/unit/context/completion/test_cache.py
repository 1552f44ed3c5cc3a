"""Suggestions that are found again."""

import pytest

from inhouse.context.completion.cache import MOST, SEEN_AFTER, SEEN_BEFORE, Hit, SuggestionCache
from inhouse.context.completion.suggestion import Suggestion
from tests.unit.context.completion.cases import place

FILE = "file:///a.py"


def kept(at: str, text: str | None, replaced: int = 0) -> SuggestionCache:
    cache = SuggestionCache()
    cache.put(FILE, place(at), None if text is None else Suggestion(text, replaced))
    return cache


@pytest.mark.parametrize(
    ("now", "rest"),
    [
        ("x = █\n", "foo(a)"),
        ("x = f█\n", "oo(a)"),
        ("x = foo(█\n", "a)"),
        ("x = foo(a█\n", ")"),
    ],
)
def test_rest_is_found_where_it_was_typed_along(now: str, rest: str) -> None:
    assert kept("x = █\n", "foo(a)").find(FILE, place(now)) == Hit(Suggestion(rest))


@pytest.mark.parametrize(
    "now",
    ["x = b█\n", "x =█\n", "y = █\n", "x = █\n\n", "x = █ + 1\n", "x = foo(a)█\n", "a\nx = █\n", "x = foo(b█)\n"],
    ids=["another letter", "less", "another line", "more below", "more behind", "all of it", "above", "in brackets"],
)
def test_nothing_is_found_elsewhere(now: str) -> None:
    assert kept("x = █\n", "foo(a)").find(FILE, place(now)) is None


def test_another_file_is_elsewhere() -> None:
    assert kept("x = █\n", "foo(a)").find("file:///b.py", place("x = █\n")) is None


@pytest.mark.parametrize(
    ("now", "rest", "replaced"),
    [
        ("x = foo(█)\n", "a)", 1),
        ("x = foo(a█)\n", ")", 1),
        ("x = foo([█])\n", None, 0),
        ("x = foo(█}\n", None, 0),
    ],
)
def test_what_the_editor_closes_by_itself_gives_way(now: str, rest: str | None, replaced: int) -> None:
    found = kept("x = █\n", "foo(a)").find(FILE, place(now))
    assert found == (None if rest is None else Hit(Suggestion(rest, replaced)))


def test_typing_over_what_gives_way_leaves_less_to_give_way() -> None:
    cache = kept("def f(█)\n", "a):\n    pass", 1)
    assert cache.find(FILE, place("def f(a█)\n")) == Hit(Suggestion("):\n    pass", 1))
    assert cache.find(FILE, place("def f(a)█\n")) == Hit(Suggestion(":\n    pass", 0))


def test_new_line_that_the_editor_indents_is_typing_along() -> None:
    cache = kept("def f():█\n", "\n    return 1")
    assert cache.find(FILE, place("def f():\n    █\n")) == Hit(Suggestion("return 1"))
    assert cache.find(FILE, place("def f():\n  █\n")) == Hit(Suggestion("  return 1"))
    assert cache.find(FILE, place("def f():\n        █\n")) is None


def test_change_far_away_does_not_matter() -> None:
    above, below = "a = 1\n" * SEEN_BEFORE, "b = 2\n" * SEEN_AFTER
    cache = kept(f"{above}x = █\n{below}", "foo(a)")
    assert cache.find(FILE, place(f"import os\n{above}x = f█\n{below}more\n")) == Hit(Suggestion("oo(a)"))


def test_that_there_was_nothing_is_known_at_that_place_only() -> None:
    cache = kept("x = █\n", None)
    assert cache.find(FILE, place("x = █\n")) == Hit(None)
    assert cache.find(FILE, place("x = 1█\n")) is None


def test_newest_of_two_is_found() -> None:
    cache = kept("x = █\n", "foo(a)")
    cache.put(FILE, place("x = f█\n"), Suggestion("irst"))
    assert cache.find(FILE, place("x = f█\n")) == Hit(Suggestion("irst"))
    assert cache.find(FILE, place("x = fo█\n")) == Hit(Suggestion("o(a)"))


def test_oldest_is_forgotten() -> None:
    cache = kept("x = █\n", "foo(a)")
    for number in range(MOST):
        cache.put(FILE, place(f"y{number} = █\n"), Suggestion("1"))
    assert cache.find(FILE, place("x = █\n")) is None

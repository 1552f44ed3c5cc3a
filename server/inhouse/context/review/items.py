"""The findings of an answer as the model wrote them, however they are wrapped."""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from inhouse.context.answer.cleansing import without_thinking
from inhouse.context.answer.region import Unreadable
from inhouse.context.review.loose_json import find_values

Item = Mapping[str, object]
"""One finding; its keys are in lower case, without signs."""

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_LISTS = ("findings", "issues", "problems", "results", "comments")
_ABOUT = frozenset({"title", "message", "explanation", "description", "issue", "problem", "summary"})
"""Keys of which a finding has one, by the names that models give them."""

_LONGEST = 200_000
"""Characters of an answer: what is longer repeats itself."""
_MOST_PROSE = 300
"""Characters around an empty list of findings: what stands in more may have only named it."""


def read_items(answer: str, *, cut: bool) -> tuple[Item, ...] | Unreadable:
    """Nothing where the model says that it has no findings. `cut`: the answer reached its limit of tokens."""
    if cut:
        return Unreadable("The answer was cut off at its limit of tokens.")
    said = without_thinking(answer)
    if isinstance(said, Unreadable):
        return said
    text = _FENCE.sub("", said)
    if not text.strip():
        return Unreadable("The answer is empty.")
    if len(text) > _LONGEST:
        return Unreadable("The answer is far too long.")
    found = find_values(text)
    if found.cut:
        return Unreadable("The answer ends in the middle.")
    lists = [each for value in found.values for each in _lists(value)]
    items = tuple(item for each in lists for one in each if (item := _plain_keys(one)))
    if any(_says_something(item) for item in items):
        return items
    says_none = bool(lists) or (found.values == ([],) and not re.search(r"\w", found.rest))
    if items or not says_none or len(found.rest.strip()) > _MOST_PROSE:
        return Unreadable("The answer is not a list of findings.")
    return ()


def _lists(value: object) -> Iterator[list[object]]:
    """What a value has of findings: a list of them, under whatever name, or one alone."""
    if isinstance(value, list):
        values = cast(list[object], value)
        if any(isinstance(each, dict) for each in values):
            yield from (one for each in values for one in _lists(each))
        return
    members = _plain_keys(value)
    named = [members[name] for name in _LISTS if name in members]
    for each in named:
        if isinstance(each, list):
            yield cast(list[object], each)
        elif each is None:
            yield []
    if not named and _ABOUT & members.keys():
        yield [value]


def _plain_keys(value: object) -> Item:
    """`endLine`, `end_line` and `End Line` are one key."""
    members = cast(dict[str, object], value) if isinstance(value, dict) else {}
    return {re.sub(r"[^a-z]", "", key.lower()): each for key, each in members.items()}


def _says_something(item: Item) -> bool:
    return any(isinstance(text := item.get(key), str) and re.search(r"\w", text) for key in _ABOUT)

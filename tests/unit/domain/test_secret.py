"""A key must not get into a log, a traceback or a file by any of the usual ways."""

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable

import orjson
import pytest

from inhouse.domain.secret import Secret
from inhouse.inference.egress.credential import Credential

KEY = "sk-3f9a"
SECRET = Secret(KEY)


@pytest.mark.parametrize(
    "text",
    [
        str(SECRET),
        repr(SECRET),
        f"{SECRET}",
        f"{SECRET!s:>40}",
        format(SECRET, ">40"),
        "%s %r" % (SECRET, SECRET),  # noqa: UP031
        str([SECRET]),
        repr(Credential(SECRET)),
    ],
)
def test_never_shows_in_text(text: str) -> None:
    assert KEY not in text
    assert "***" in text


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, orjson.dumps, vars], ids=str)
def test_cannot_be_copied_or_written(leak: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as caught:
        leak(SECRET)
    assert KEY not in str(caught.value)


def test_does_not_come_along_in_a_dictionary_of_its_owner() -> None:
    with pytest.raises(TypeError):
        dataclasses.asdict(Credential(SECRET))


def test_is_itself_where_it_must_be() -> None:
    assert SECRET.reveal() == KEY
    assert (Secret(KEY), hash(Secret(KEY))) == (SECRET, hash(SECRET))
    assert Secret("other") != SECRET
    assert KEY != SECRET

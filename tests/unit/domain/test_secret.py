"""A key must not get into a log, a traceback or a file by any of the usual ways."""

import base64
import copy
import dataclasses
import html
import json
import pickle
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.secret import Secret, is_key
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


LONG = 'hf_Aa1+/=&"<\\>%z9-very-long'
SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    quote_plus,
    lambda key: quote(key, safe=""),
    lambda key: quote(key, safe="").lower(),
    lambda key: json.dumps(key),
    lambda key: json.dumps(key).replace("/", "\\/"),
    html.escape,
    lambda key: key.encode().hex(),
    lambda key: base64.b64encode(key.encode()).decode(),
    lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    lambda key: base64.b64encode(f"u:{key}".encode()).decode(),
    lambda key: base64.b64encode(f"me:{key}\n".encode()).decode(),
    lambda key: f"Bearer {key}, Bearer {key}",
]


@pytest.mark.parametrize("spell", SPELLINGS)
def test_is_taken_out_of_a_text_however_it_is_spelled(spell: Callable[[str], str]) -> None:
    echoed = spell(LONG)
    left = Secret(LONG).taken_out_of(f"No such key: {echoed}!")
    assert echoed not in left
    assert left.startswith("No such key: ")
    assert left.endswith("!")
    assert "***" in left
    assert len(left) <= len(f"No such key: ***!{echoed}") - len(LONG)


def test_a_short_key_takes_nothing_else_out() -> None:
    assert Secret("EMPTY").taken_out_of("messages must not be empty") == "messages must not be empty"
    assert Secret("EMPTY").taken_out_of("Bearer EMPTY") == "Bearer ***"
    assert Secret("").taken_out_of("all of it") == "all of it"


@given(st.text(min_size=1), st.text(), st.text())
def test_is_never_left_in_a_text(key: str, before: str, after: str) -> None:
    left = Secret(key).taken_out_of(f"{before}{key}{after}")
    assert key not in left.replace("***", "")


@pytest.mark.parametrize(
    ("text", "valid"), [("sk-3f9a", True), ("", False), ("a b", False), ("a\n", False), ("ü", False)]
)
def test_what_a_key_is(text: str, valid: bool) -> None:
    assert is_key(text) is valid

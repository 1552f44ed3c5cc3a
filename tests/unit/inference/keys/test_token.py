"""A short-lived key is used for as long as it says itself, and what says nothing for as long as the settings say."""

import json
import time
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.secret import Secret
from inhouse.inference.keys.token import MARGIN_SECONDS, expiry, token


def jwt(payload: object) -> str:
    parts = [{"alg": "RS256"}, payload]
    encoded = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


@pytest.mark.parametrize("exp", [1_900_000_000, 1_900_000_000.5, -5, 0])
def test_a_token_says_when_it_ends(exp: float) -> None:
    assert expiry(jwt({"sub": "ada", "exp": exp})) == exp


@pytest.mark.parametrize(
    "key",
    [
        "sk-3f9a",
        "a.b",
        "a.b.c",
        "..",
        jwt([]),
        jwt({}),
        jwt({"exp": "1900000000"}),
        jwt({"exp": True}),
        jwt({"exp": None}),
        jwt({"exp": 1e400}),
        "x." + "W" * 30_000 + ".y",
    ],
)
def test_what_says_nothing(key: str) -> None:
    assert expiry(key) is None
    assert not token(Secret(key), 300).by_wall_clock


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_whatever_a_program_prints_can_be_kept(key: str) -> None:
    assert token(Secret(key), 300).valid


@pytest.mark.parametrize(
    ("left", "valid"),
    [(3600, True), (MARGIN_SECONDS + 2, True), (MARGIN_SECONDS - 2, True), (2, True), (0, False), (-100, False)],
)
def test_a_token_is_used_until_shortly_before_its_end(left: float, valid: bool) -> None:
    exp = time.time() + left
    kept = token(Secret(jwt({"exp": exp})), 300)
    assert kept.valid is valid
    assert exp - MARGIN_SECONDS <= kept.until <= exp


def test_the_end_in_a_token_wins_over_the_settings() -> None:
    assert token(Secret(jwt({"exp": time.time() + 7200})), 1).until > time.time() + 7000


def test_the_settings_say_for_how_long_any_other_key_is_kept() -> None:
    assert 299 < token(Secret("sk-3f9a"), 300).until - time.monotonic() <= 300

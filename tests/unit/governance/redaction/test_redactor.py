"""A secret leaves as a placeholder, the same one each time, and comes back where the answer is put into a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.governance.redaction.placeholders import PLACEHOLDER
from inhouse.governance.redaction.redactor import Redactor
from tests.unit.governance.redaction.test_find import NAMED, SHAPED

LINE = 'password = "hunter2"\n'
PIECES = [*SHAPED.values(), *(line for line, _ in NAMED.values()), "é", "plain words", "INHOUSE_SECRET_", "\n"]


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


def test_secret_leaves_as_a_placeholder_and_is_counted_by_rule(redactor: Redactor) -> None:
    redacted = redactor.redact(f"{LINE}token = {SHAPED['github token']}\n{LINE}")
    assert "hunter2" not in redacted.text
    assert redacted.counts == {"named password": 2, "github token": 1}
    assert PLACEHOLDER.findall(redacted.text)[0] == PLACEHOLDER.findall(redacted.text)[2]


def test_same_secret_has_the_same_placeholder_in_every_request_and_another_one_in_another_process() -> None:
    one, other = Redactor(), Redactor()
    assert one.redact(LINE).text == one.redact(LINE).text
    assert one.redact(LINE).text != other.redact(LINE).text
    assert other.restore(one.redact(LINE).text) == (one.redact(LINE).text, 0)


def test_nothing_is_changed_where_it_is_switched_off_but_what_was_is_still_put_back(redactor: Redactor) -> None:
    off = Redactor(redactor.placeholders, active=False)
    redacted = redactor.redact(LINE).text
    assert off.redact(LINE).text == LINE
    assert off.redact_around(LINE, LINE)[0].text == LINE
    assert off.redact_named("password", "hunter2").text == "hunter2"
    assert off.restore(redacted) == (LINE, 1)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9))))
def test_what_is_redacted_comes_back_as_it_was(pieces: list[str]) -> None:
    redactor, text = Redactor(), " ".join(pieces)
    redacted = redactor.redact(text)
    assert redactor.restore(redacted.text) == (text, sum(redacted.counts.values()))


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9))))
def test_redacting_again_changes_nothing(pieces: list[str]) -> None:
    redactor = Redactor()
    once = redactor.redact("\n".join(pieces)).text
    assert redactor.redact(once).text == once


@given(st.sampled_from(PIECES), st.sampled_from(PIECES), st.integers(0, 200))
def test_a_secret_on_both_sides_of_the_cursor_is_one(before: str, behind: str, cursor: int) -> None:
    redactor, text = Redactor(), f"{before}\n{behind}"
    cursor = min(cursor, len(text))
    left, right = redactor.redact_around(text[:cursor], text[cursor:])
    assert left.text + right.text == redactor.redact(text).text
    assert redactor.restore(left.text + right.text)[0] == text


def test_member_of_an_object_is_a_secret_by_its_name(redactor: Redactor) -> None:
    for name in ("password", "dbPassword", "API_KEY", "clientSecret", "secret_access_key"):
        value = redactor.redact_named(name, "k3JxP9vQ2mZt").text
        assert PLACEHOLDER.fullmatch(value)
        assert redactor.redact_named(name, value).text == value
    for name in ("name", "public_key", "token_count", "passwordField"):
        assert redactor.redact_named(name, "k3JxP9vQ2mZt").text == "k3JxP9vQ2mZt"


def test_edit_that_keeps_its_placeholders_may_be_made(redactor: Redactor) -> None:
    answer = redactor.redact(LINE).text.replace("password", "PASSWORD")
    assert redactor.check_kept(LINE, answer) is None
    assert redactor.check_kept("x = 1\n", "x = 2\n") is None


def test_edit_with_an_altered_placeholder_is_refused(redactor: Redactor) -> None:
    name = PLACEHOLDER.findall(redactor.redact(LINE).text)[0]
    for spoilt in (name.replace("SECRET_", "SECRET_0"), name.lower(), name[:-4], name + "0", "INHOUSE_SECRET_KEY"):
        reason = redactor.check_kept(LINE, f'password = "{spoilt}"  # {name}')
        assert reason is not None
        assert "changed a placeholder" in reason
    assert redactor.check_kept("INHOUSE_SECRET_KEY = 1", "INHOUSE_SECRET_KEY = 2") is None


@pytest.mark.parametrize("answer", ['password = "***"\n', 'password = os.environ["PASSWORD"]\n', ""])
def test_edit_that_loses_a_secret_is_refused(redactor: Redactor, answer: str) -> None:
    reason = redactor.check_kept(LINE, answer)
    assert reason is not None
    assert "lost a secret" in reason

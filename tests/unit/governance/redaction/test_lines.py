"""A prompt that numbers lines shows no secret, and the numbers stay right."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.governance.redaction.lines import redact_lines
from inhouse.governance.redaction.redactor import Redactor
from inhouse.lsp.documents import split_lines

BODY = "".join(f"{at:02}" + "Ab3/x9+Q" * 7 + "abcdef\n" for at in range(6))
KEY = f"-----BEGIN PRIVATE KEY-----\n{BODY}-----END PRIVATE KEY-----\n"
TOKEN = "ghp_" + "Ab3dEf6hIj9k" * 3


def test_a_key_of_several_lines_goes_and_its_lines_stay() -> None:
    for end in ("\n", "\r\n"):
        lines = split_lines(f"a\n{KEY}token = '{TOKEN}'\nb\n".replace("\n", end))
        redactor = Redactor()
        found = redact_lines(redactor, lines)
        assert len(found.lines) == len(lines)
        assert "Ab3" not in "".join(found.lines)
        assert (found.lines[0], found.lines[-2], found.lines[-1]) == (f"a{end}", f"b{end}", "")
        assert found.lines[9].startswith("token = 'INHOUSE_SECRET_")
        assert sum(found.counts.values()) == 2


def test_switched_off_it_changes_nothing() -> None:
    lines = split_lines(KEY)
    assert redact_lines(Redactor(active=False), lines).lines == lines


@given(st.lists(st.sampled_from([KEY, TOKEN, "\n", "\r\n", "\r", "x", " = '", "'"]), max_size=12).map("".join))
def test_any_text_keeps_its_number_of_lines(text: str) -> None:
    lines = split_lines(text)
    assert len(redact_lines(Redactor(), lines).lines) == len(lines)

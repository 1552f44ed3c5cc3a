"""The server's copy of a document is the editor's, in every encoding and with every kind of line end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.conversation import LineRange
from inhouse.lsp.documents import Change, Documents, Encoding, split_lines

URI = "file:///home/me/a.py"

# Line ends, look-alikes of line ends, and characters of one to four bytes, so that each encoding counts differently.
ALPHABET = "ab\n\r\f\v\u2028\x85é€😀"
texts = st.text(ALPHABET, max_size=12)
ranges = st.builds(LineRange, *[st.integers(0, 6)] * 4)
changes = st.builds(Change, texts, st.none() | ranges)
encodings = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def units(character: str, encoding: Encoding) -> int:
    match encoding:
        case "utf-8":
            return len(character.encode())
        case "utf-16":
            return 2 if character > "\uffff" else 1
        case "utf-32":
            return 1


def naive_offset(text: str, line: int, character: int, encoding: Encoding) -> int:
    """By the letter of LSP 3.17: count line ends, then units, and stop before the line's end."""
    at = 0
    for _ in range(line):
        while at < len(text) and text[at] not in "\r\n":
            at += 1
        if at == len(text):
            return at
        at += 2 if text[at : at + 2] == "\r\n" else 1
    while at < len(text) and text[at] not in "\r\n" and character >= units(text[at], encoding):
        character -= units(text[at], encoding)
        at += 1
    return at


def naive_change(text: str, change: Change, encoding: Encoding) -> str:
    if change.range is None:
        return change.text
    area = change.range
    start = naive_offset(text, area.start_line, area.start_character, encoding)
    end = naive_offset(text, area.end_line, area.end_character, encoding)
    start, end = min(start, end), max(start, end)
    return text[:start] + change.text + text[end:]


@given(text=texts, edits=st.lists(changes, max_size=6), encoding=encodings)
def test_changes_give_the_text_that_the_specification_gives(text: str, edits: list[Change], encoding: Encoding) -> None:
    documents = Documents()
    documents.encoding = encoding
    documents.open(URI, 1, "python", text)
    for edit in edits:
        text = naive_change(text, edit, encoding)
    documents.change(URI, 2, edits)
    found = documents.get(URI)
    assert found
    assert found.text == text
    assert list(found.lines) == split_lines(text)


@given(text=texts, area=ranges, encoding=encodings)
def test_the_text_of_a_range_is_what_a_deletion_of_it_deletes(text: str, area: LineRange, encoding: Encoding) -> None:
    documents = Documents()
    documents.encoding = encoding
    documents.open(URI, 1, "python", text)
    found = documents.get(URI)
    assert found
    start = naive_offset(text, area.start_line, area.start_character, encoding)
    end = naive_offset(text, area.end_line, area.end_character, encoding)
    assert found.text_in(area) == text[min(start, end) : max(start, end)]


@given(text=texts, edits=st.lists(changes, min_size=1, max_size=6))
def test_a_snapshot_does_not_change_under_the_request_that_took_it(text: str, edits: list[Change]) -> None:
    documents = Documents()
    documents.open(URI, 1, "python", text)
    for number, edit in enumerate(edits, 2):
        before = documents.get(URI)
        assert before
        lines = list(before.lines)
        documents.change(URI, number, [edit])
        assert list(before.lines) == lines
        assert before.text == "".join(lines)
        assert before.version == number - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("file:///c%3A/a%20b.py", "file:///C:/a b.py"),
        ("file:///home/%C3%A9.py", "file:///home/é.py"),
        ("FILE:///D:/x", "file:///d%3a/x"),
    ],
)
def test_two_spellings_of_a_uri_are_one_document(one: str, other: str) -> None:
    documents = Documents()
    documents.open(one, 1, "python", "text")
    found = documents.get(other)
    assert found
    assert found.uri == one
    documents.close(other)
    assert documents.get(one) is None


def test_the_last_used_documents_come_first() -> None:
    documents = Documents()
    for name in "abcd":
        documents.open(f"file:///{name}", 1, "python", "text")
    documents.change("file:///b", 2, [Change("text")])
    documents.open("file:///a", 1, "python", "again")
    own = documents.get("file:///d")
    assert own
    assert [each.uri[-1] for each in documents.beside(own)] == ["a", "b", "c"]


def test_a_change_of_a_document_that_is_not_open_is_ignored() -> None:
    documents = Documents()
    documents.change(URI, 2, [Change("text")])
    assert documents.get(URI) is None


def test_a_change_costs_what_it_changes() -> None:
    """A keystroke in a document of 100,000 lines leaves all other lines the same objects."""
    documents = Documents()
    documents.open(URI, 1, "python", "a line\n" * 100_000)
    before = documents.get(URI)
    documents.change(URI, 2, [Change("x", LineRange(50_000, 2, 50_000, 2))])
    after = documents.get(URI)
    assert before
    assert after
    assert after.lines[50_000] == "a xline\n"
    assert all(after.lines[at] is before.lines[at] for at in range(100_001) if at != 50_000)

"""Document sync over the wire: what the editor shows is what the server has."""

import itertools
from collections.abc import Generator

import pytest

from tests.lsp.raw_client import Json, RawClient, as_object, client

Document = tuple[RawClient, str]
"""A server and the URI of a document that only this test uses."""

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Generator[RawClient]:
    with client() as it:
        it.initialize()
        yield it


@pytest.fixture
def document(server: RawClient) -> Document:
    return server, f"file:///c%3A/a%20{next(numbers)}.py"


def open_document(document: Document, text: str) -> None:
    it, uri = document
    it.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "py", "version": 1, "text": text}})


def change(document: Document, version: int, *changes: Json) -> None:
    it, uri = document
    it.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes})


def insert(line: int, character: int, text: str) -> Json:
    position = {"line": line, "character": character}
    return {"range": {"start": position, "end": position}, "text": text}


def seen_by_server(document: Document) -> Json:
    """Asked for under another spelling of the URI."""
    it, uri = document
    return as_object(it.call("inhouse/document", {"uri": uri.replace("c%3A", "C:").replace("%20", " ")}))


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_positions_are_counted_as_was_agreed(encoding: str, character: int) -> None:
    with client() as it:
        it.initialize({"general": {"positionEncodings": [encoding]}})
        document = it, "file:///x"
        open_document(document, "x\fé\u2028\né😀!\r\nz")
        change(document, 2, insert(1, character, "Q"))
        assert seen_by_server(document)["text"] == "x\fé\u2028\né😀Q!\r\nz"


def test_changes_apply_in_order_and_the_version_follows(document: Document) -> None:
    open_document(document, "one\ntwo")
    change(document, 2, insert(0, 0, "a\r\n"), insert(1, 0, "b"), insert(99, 99, "!"))
    assert seen_by_server(document) == {"text": "a\r\nbone\ntwo!", "version": 2, "language": "py"}
    change(document, 3, {"text": "all new"})
    assert seen_by_server(document)["text"] == "all new"


def test_a_request_sees_the_changes_sent_before_it_and_none_sent_after_it(document: Document) -> None:
    it, uri = document
    open_document(document, "0")
    asked: list[int] = []
    for version in range(2, 50):
        change(document, version, {"text": str(version)})
        asked.append(it.start("inhouse/document", {"uri": uri}))
    answers = [as_object(it.answer(id_)["result"]) for id_ in asked]
    assert [answer["version"] for answer in answers] == list(range(2, 50))
    assert all(answer["text"] == str(answer["version"]) for answer in answers)


def test_a_lone_surrogate_that_an_editor_escapes_keeps_the_copy_in_step(document: Document) -> None:
    open_document(document, "")
    change(document, 2, {"text": "a\ud800b"})
    change(document, 3, insert(0, 2, "|"))
    assert seen_by_server(document)["text"] == "a\ufffd|b"


def test_a_closed_document_is_gone(document: Document) -> None:
    it, uri = document
    open_document(document, "text")
    it.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    change(document, 2, {"text": "new"})
    assert it.call("inhouse/document", {"uri": uri}) is None


def test_malformed_notifications_are_dropped_and_logged_without_their_content() -> None:
    with client() as it:
        it.initialize()
        document = it, "file:///x"
        open_document(document, "my text")
        backwards = {"start": {"line": 0, "character": -1}, "end": {"line": "x"}}
        change(document, 2, {"range": backwards, "text": "my text"})
        change(document, 3, {"text": 5})
        odd: list[object] = [None, [], {}, {"textDocument": {"uri": 5}}, {"textDocument": 5, "contentChanges": []}]
        for params in odd:
            for method in ("didOpen", "didChange", "didClose", "didSave"):
                it.notify(f"textDocument/{method}", params)
        assert seen_by_server(document)["text"] == "my text"
        assert it.quit() == 0
        log = it.stderr()
        assert "textDocument/didChange) was dropped" in log
        assert "my text" not in log

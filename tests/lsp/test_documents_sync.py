"""Document sync over the wire: what the editor shows is what the server has."""

import pytest

from tests.lsp.raw_client import Json, RawClient, as_object, client

URI = "file:///c%3A/a%20b.py"


def opened(it: RawClient, text: str, encoding: str = "utf-16") -> None:
    it.initialize({"general": {"positionEncodings": [encoding]}})
    it.notify("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "py", "version": 1, "text": text}})


def change(it: RawClient, version: int, *changes: Json) -> None:
    params = {"textDocument": {"uri": URI, "version": version}, "contentChanges": changes}
    it.notify("textDocument/didChange", params)


def insert(line: int, character: int, text: str) -> Json:
    position = {"line": line, "character": character}
    return {"range": {"start": position, "end": position}, "text": text}


def seen_by_server(it: RawClient) -> Json:
    return as_object(it.call("inhouse/document", {"uri": "file:///C:/a b.py"}))


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_positions_are_counted_as_was_agreed(encoding: str, character: int) -> None:
    with client() as it:
        opened(it, "x\fé\u2028\né😀!\r\nz", encoding)
        change(it, 2, insert(1, character, "Q"))
        assert seen_by_server(it)["text"] == "x\fé\u2028\né😀Q!\r\nz"


def test_changes_apply_in_order_and_the_version_follows() -> None:
    with client() as it:
        opened(it, "one\ntwo")
        change(it, 2, insert(0, 0, "a\r\n"), insert(1, 0, "b"), insert(99, 99, "!"))
        assert seen_by_server(it) == {"text": "a\r\nbone\ntwo!", "version": 2, "language": "py"}
        change(it, 3, {"text": "all new"})
        assert seen_by_server(it)["text"] == "all new"


def test_a_request_sees_the_changes_sent_before_it_and_none_sent_after_it() -> None:
    with client() as it:
        opened(it, "0")
        asked: list[int] = []
        for version in range(2, 50):
            change(it, version, {"text": str(version)})
            asked.append(it.start("inhouse/document", {"uri": URI}))
        answers = [as_object(it.answer(id_)["result"]) for id_ in asked]
        assert [answer["version"] for answer in answers] == list(range(2, 50))
        assert all(answer["text"] == str(answer["version"]) for answer in answers)


def test_a_lone_surrogate_that_an_editor_escapes_keeps_the_copy_in_step() -> None:
    with client() as it:
        opened(it, "")
        change(it, 2, {"text": "a\ud800b"})
        change(it, 3, insert(0, 2, "|"))
        assert seen_by_server(it)["text"] == "a\ufffd|b"


def test_a_closed_or_unknown_document_is_not_there() -> None:
    with client() as it:
        opened(it, "text")
        it.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        change(it, 2, {"text": "new"})
        assert it.call("inhouse/document", {"uri": URI}) is None


def test_malformed_notifications_are_dropped_and_logged_without_their_content() -> None:
    with client() as it:
        opened(it, "my text")
        backwards = {"start": {"line": 0, "character": -1}, "end": {"line": "x"}}
        change(it, 2, {"range": backwards, "text": "my text"})
        change(it, 3, {"text": 5})
        odd: list[object] = [None, [], {}, {"textDocument": {"uri": 5}}, {"textDocument": 5, "contentChanges": []}]
        for params in odd:
            for method in ("didOpen", "didChange", "didClose", "didSave"):
                it.notify(f"textDocument/{method}", params)
        assert seen_by_server(it)["text"] == "my text"
        assert it.quit() == 0
        log = it.stderr()
        assert "textDocument/didChange) was dropped" in log
        assert "my text" not in log

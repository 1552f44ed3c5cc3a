"""Document synchronisation: the three notifications, from plain JSON to the document store.

Read without cattrs, since a keystroke should cost as little as possible.
"""

from typing import cast

from inhouse.domain.conversation import LineRange
from inhouse.lsp.documents import Change, Documents
from inhouse.lsp.jsonrpc import members


def did_open(documents: Documents, params: object) -> None:
    """Raises ValueError for params of the wrong shape, as the others do."""
    item = members(members(params).get("textDocument"))
    language = item.get("languageId")
    documents.open(
        _text(item.get("uri")),
        _version(item.get("version")),
        language if isinstance(language, str) else "",
        _text(item.get("text")),
    )


def did_change(documents: Documents, params: object) -> None:
    values = members(params)
    item = members(values.get("textDocument"))
    changes = values.get("contentChanges")
    if not isinstance(changes, list):
        raise ValueError("contentChanges is not a list")
    uri, version = _text(item.get("uri")), _version(item.get("version"))
    documents.change(uri, version, [_change(change) for change in cast(list[object], changes)])


def did_close(documents: Documents, params: object) -> None:
    documents.close(_text(members(members(params).get("textDocument")).get("uri")))


def _change(value: object) -> Change:
    change = members(value)
    area = change.get("range")
    return Change(_text(change.get("text")), None if area is None else read_range(area))


def read_range(value: object) -> LineRange:
    """A range of LSP, of whole numbers from 0 on."""
    area = members(value)
    start, end = members(area.get("start")), members(area.get("end"))
    return LineRange(
        _count(start.get("line")),
        _count(start.get("character")),
        _count(end.get("line")),
        _count(end.get("character")),
    )


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a position is not made of whole numbers")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text or URI is not a string")
    return value


def _version(value: object) -> int:
    """Some clients send none (null before LSP 3.17)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

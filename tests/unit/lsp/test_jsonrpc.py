"""Every body is a message, or is refused with the code and the id that the protocol asks for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.lsp.jsonrpc import Code, Message, Notification, Refused, Reply, Request, encode, parse

CALL = '{"jsonrpc":"2.0","id":1,"method":"m"'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (CALL + "}", Request(1, "m", None)),
        (CALL + ',"params":null}', Request(1, "m", None)),
        (CALL + ',"params":[]}', Request(1, "m", [])),
        ('{"jsonrpc":"2.0","id":"a","method":"m"}', Request("a", "m", None)),
        ('{"jsonrpc":"2.0","id":0,"method":"m"}', Request(0, "m", None)),
        ('{"jsonrpc":"2.0","method":"m","params":{}}', Notification("m", {})),
        ('{"jsonrpc":"2.0","id":1,"result":null}', Reply(1, None, None)),
        ('{"jsonrpc":"2.0","id":1,"error":{"code":1}}', Reply(1, None, {"code": 1})),
        ("\ufeff" + CALL + "}", Request(1, "m", None)),
        (CALL + ',"params":["a\\ud800b","\\ud83d\\ude00"]}', Request(1, "m", ["a\ufffdb", "😀"])),
        (CALL + ',"params":[1,1],"params":[2]}', Request(1, "m", [2])),
    ],
)
def test_a_message_is_read(body: str, message: Message) -> None:
    assert parse(body.encode()) == message


@pytest.mark.parametrize(
    ("body", "code", "id_"),
    [
        (b"", Code.PARSE_ERROR, None),
        (b"{", Code.PARSE_ERROR, None),
        (b'{"a":NaN}', Code.PARSE_ERROR, None),
        (b'"\xff"', Code.PARSE_ERROR, None),
        (b"[" * 100_000, Code.PARSE_ERROR, None),
        (b"[" * 100_000 + b"]" * 100_000, Code.PARSE_ERROR, None),
        (b"[]", Code.INVALID_REQUEST, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"m"}]', Code.INVALID_REQUEST, None),
        (b"5", Code.INVALID_REQUEST, None),
        (b'"text"', Code.INVALID_REQUEST, None),
        (b"null", Code.INVALID_REQUEST, None),
        (b"{}", Code.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":1}', Code.INVALID_REQUEST, 1),
        (b'{"id":1,"method":"m"}', Code.INVALID_REQUEST, 1),
        (b'{"jsonrpc":2.0,"id":1,"method":"m"}', Code.INVALID_REQUEST, 1),
        (b'{"jsonrpc":"1.0","id":1,"method":"m"}', Code.INVALID_REQUEST, 1),
        (b'{"jsonrpc":"2.0","id":1,"method":5}', Code.INVALID_REQUEST, 1),
        (b'{"jsonrpc":"2.0","id":null,"method":"m"}', Code.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"m"}', Code.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"m"}', Code.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":[],"method":"m"}', Code.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":{},"method":"m"}', Code.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"m","params":5}', Code.INVALID_PARAMS, 1),
        (b'{"jsonrpc":"2.0","id":1,"method":"m","params":[1e400]}', Code.INVALID_REQUEST, 1),
        (b'{"jsonrpc":"2.0","id":1,"method":"m","params":[' + b"9" * 5000 + b"]}", Code.INVALID_REQUEST, 1),
    ],
)
def test_what_is_no_message_is_refused_under_the_id_it_has(body: bytes, code: Code, id_: object) -> None:
    refused = parse(body)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.id) == (code, id_)


@given(st.binary(max_size=100) | st.text('{}[]":,0123456789.eE-jsonrpcidmethod \\u', max_size=60).map(str.encode))
def test_no_body_raises(body: bytes) -> None:
    parse(body)


def test_what_other_parsers_choke_on_is_never_sent() -> None:
    sent = encode({"nan": float("nan"), "lone": ["a\ud800b"], "pair": "😀"})
    assert json.loads(sent) == {"nan": None, "lone": ["a\ufffdb"], "pair": "😀"}


def test_a_value_without_a_json_form_is_an_error_of_ours() -> None:
    with pytest.raises(TypeError):
        encode({"value": object()})

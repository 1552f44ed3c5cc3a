"""JSON-RPC 2.0 messages: bodies to values and back, and what a client must not send."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn, TypeGuard, cast

import orjson

MessageId = str | int


class Code(IntEnum):
    """Error codes of JSON-RPC 2.0 and LSP 3.17."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    NOT_INITIALIZED = -32002
    REQUEST_FAILED = -32803
    REQUEST_CANCELLED = -32800


@dataclass(frozen=True, slots=True)
class Request:
    id: MessageId
    method: str
    params: object


@dataclass(frozen=True, slots=True)
class Notification:
    method: str
    params: object


@dataclass(frozen=True, slots=True)
class Reply:
    """The client's answer to one of our requests; `error` is None on success."""

    id: MessageId
    result: object
    error: object


@dataclass(frozen=True, slots=True)
class Refused:
    """A body that is no message. `id` is None where none can be trusted; `is_request` is False where an answer
    could be taken for the answer to an open request of the same id."""

    code: Code
    message: str
    id: MessageId | None = None
    is_request: bool = True


Message = Request | Notification | Reply | Refused

Default = Callable[[object], object] | None
"""The JSON form of a value that has none by itself; raises TypeError if it has none at all."""

Members = dict[str, object]
"""A JSON object."""


def members(value: object) -> Members:
    """The members of an object; of anything else, none."""
    return cast(Members, value) if isinstance(value, dict) else {}


def parse(body: bytes) -> Message:
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_odd(body)
    return classify(value)


def classify(value: object) -> Message:
    if not isinstance(value, dict):
        return Refused(Code.INVALID_REQUEST, "A message must be one JSON object; batches are not supported.")
    message = cast(Members, value)
    known_id = _known_id(message)
    if known_id is None and "id" in message:
        return Refused(Code.INVALID_REQUEST, "The id of a message must be a string or an integer.")
    if "method" not in message:
        return _reply(message, known_id)
    method, params = message["method"], message.get("params")
    if message.get("jsonrpc") != "2.0":
        return Refused(Code.INVALID_REQUEST, 'A message must say "jsonrpc": "2.0".', known_id)
    if not isinstance(method, str):
        return Refused(Code.INVALID_REQUEST, "The method of a message must be a string.", known_id)
    if not _is_structured(params):
        return Refused(Code.INVALID_PARAMS, "The params of a message must be an object or a list.", known_id)
    return Notification(method, params) if known_id is None else Request(known_id, method, params)


def _known_id(message: Members) -> MessageId | None:
    id_ = message.get("id")
    return id_ if is_id(id_) else None


def _reply(message: Members, id_: MessageId | None) -> Message:
    if id_ is not None and ("result" in message or "error" in message):
        return Reply(id_, message.get("result"), message.get("error"))
    return Refused(Code.INVALID_REQUEST, "A message must have a method, or a result.", id_, is_request=False)


def is_id(value: object) -> TypeGuard[MessageId]:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _is_structured(params: object) -> bool:
    return params is None or isinstance(params, dict | list)


# What orjson refuses and other parsers send all the same: lone surrogates (editors escape them), a byte order
# mark, and numbers beyond a double. The first two are read, with U+FFFD for a surrogate; the last is refused
# under the message's id.

_SURROGATE = re.compile("[\ud800-\udfff]")


def _parse_odd(body: bytes) -> Message:
    try:
        text = body.decode("utf-8-sig")
        value: object = json.loads(text, parse_constant=_no_constant, parse_int=_lenient_int)
        clean = orjson.loads(_without_surrogates(value))
    except RecursionError:
        return Refused(Code.PARSE_ERROR, "The message is nested too deeply.")
    except OutOfRange:
        return Refused(Code.INVALID_REQUEST, "A number in the message is out of range.", _id_of(body))
    except ValueError:
        return Refused(Code.PARSE_ERROR, "The message is not valid JSON in UTF-8.")
    return classify(clean)


class OutOfRange(ValueError):
    """A number that JSON can write and a double cannot hold."""


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _lenient_int(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def _without_surrogates(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise OutOfRange from error
    return _SURROGATE.sub("\ufffd", text)


def _id_of(body: bytes) -> MessageId | None:
    value: object = json.loads(body.decode("utf-8-sig"), parse_int=_lenient_int)
    return _known_id(members(value))


def encode(value: object, default: Default = None) -> bytes:
    """JSON of a value. NaN becomes null, a lone surrogate U+FFFD.

    Raises TypeError for what has no JSON form.
    """
    try:
        return orjson.dumps(value, default, orjson.OPT_PASSTHROUGH_DATACLASS)
    except TypeError:  # for a lone surrogate too, which is rare enough to pay for it here
        return orjson.dumps(_clean(value), _cleaned(default), orjson.OPT_PASSTHROUGH_DATACLASS)


def _cleaned(default: Default) -> Default:
    return None if default is None else lambda value: _clean(default(value))


def _clean(value: object) -> object:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case dict():
            return {_clean(name): _clean(member) for name, member in cast(dict[object, object], value).items()}
        case list() | tuple():
            return [_clean(item) for item in cast(list[object], value)]
        case _:
            return value


def result(id_: MessageId, value: object, default: Default = None) -> bytes:
    return encode({"jsonrpc": "2.0", "id": id_, "result": value}, default)


def error(id_: MessageId | None, code: Code, message: str, data: Members | None = None) -> bytes:
    body: Members = {"code": int(code), "message": message}
    if data is not None:
        body["data"] = data
    return encode({"jsonrpc": "2.0", "id": id_, "error": body})


def request(id_: MessageId, method: str, params: object, default: Default = None) -> bytes:
    return encode({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}, default)


def notification(method: str, params: object, default: Default = None) -> bytes:
    message: Members = {"jsonrpc": "2.0", "method": method}
    if params is not None:
        message["params"] = params
    return encode(message, default)

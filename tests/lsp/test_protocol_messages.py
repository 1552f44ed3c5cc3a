"""Any bytes and any JSON: every request is answered, once, with the right code (security.md, C20-C37)."""

import json
import random
from collections.abc import Generator

import pytest

from tests.lsp.raw_client import Json, RawClient, as_object, client, framed


@pytest.fixture(scope="module")
def shared() -> Generator[RawClient]:
    """One server for the tests that leave it as they found it."""
    with client() as it:
        it.initialize()
        yield it


def error_code(message: Json) -> object:
    return as_object(message["error"])["code"]


def test_an_unknown_request_is_answered_and_an_unknown_notification_ignored() -> None:
    with client() as it:
        it.initialize()
        it.notify("inhouse/nothing", {})
        it.notify("$/nothing")
        assert it.fail("inhouse/nothing")["code"] == -32601
        assert it.fail("textDocument/didOpen", {})["code"] == -32601
        assert it.fail("$/cancelRequest", {"id": 1})["code"] == -32601
        assert it.fail("exit")["code"] == -32601
        assert it.quit() == 0
        assert not [message for message in it.seen if message.get("method")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"", -32700),
        (b'"\xff"', -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"inhouse/echo"}]', -32600),
        (b"5", -32600),
        (b"null", -32600),
        (b"{}", -32600),
        (b"x" * 31_000_000, -32600),
    ],
)
def test_a_body_that_is_no_message_is_answered_with_id_null(shared: RawClient, body: bytes, code: int) -> None:
    shared.send_body(body)
    assert error_code(shared.answer(None)) == code
    assert shared.call("inhouse/echo", [1]) == [1]


def test_ids_are_strings_or_integers_and_come_back_as_they_were(shared: RawClient) -> None:
    for id_ in (0, 1, -1, 2**31, 2**53, "", "a", "1", "é"):
        shared.send({"jsonrpc": "2.0", "id": id_, "method": "inhouse/echo", "params": [id_]})
        assert shared.answer(id_)["result"] == [id_]
    for odd in ("null", "true", "1.5", "[]", "{}"):
        shared.send_body(b'{"jsonrpc":"2.0","id":%b,"method":"inhouse/echo"}' % odd.encode())
        assert error_code(shared.answer(None)) == -32600


def test_parameters_are_data_whatever_their_keys(shared: RawClient) -> None:
    params: Json = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "exit",
        "class": 1,
        "type_name": 2,
        "max-tokens": 3,
        "_x": [{"jsonrpc": 5, "error": {}}],
        "unicode": "\u2028 \x0c é 😀",
    }
    assert shared.call("inhouse/echo", params) == params
    command: Json = {"command": "tiny.echo", "arguments": [params], "workDoneToken": "t"}
    assert shared.call("workspace/executeCommand", command) == {"arguments": [params], "token": "t"}


def test_a_request_without_params_gets_none(shared: RawClient) -> None:
    shared.send({"jsonrpc": "2.0", "id": "x", "method": "inhouse/echo"})
    assert shared.answer("x")["result"] is None


@pytest.mark.parametrize("number", ["1e400", "9" * 5000, "-1e999"])
def test_a_number_out_of_range_is_answered_under_its_id(shared: RawClient, number: str) -> None:
    shared.send_body(b'{"jsonrpc":"2.0","id":"x","method":"inhouse/echo","params":[%b]}' % number.encode())
    assert error_code(shared.answer("x")) == -32600


@pytest.mark.parametrize(
    "params", [5, "x", None, [], {}, {"textDocument": 5}, {"textDocument": {"uri": "x"}, "range": {}, "context": []}]
)
def test_wrong_params_of_a_standard_request_are_answered_with_one_sentence(shared: RawClient, params: object) -> None:
    error = shared.fail("textDocument/codeAction", params)
    assert error["code"] == -32602
    assert len(str(error["message"]).splitlines()) == 1
    assert not any(word in str(error) for word in ("Traceback", ".py", "CodeActionParams", "Error"))


def test_wrong_params_of_a_command_are_answered(shared: RawClient) -> None:
    for params in (None, {}, {"command": 5}, {"command": "nope"}, {"command": "tiny.echo", "arguments": 5}):
        assert shared.fail("workspace/executeCommand", params)["code"] == -32602


def test_params_and_results_of_a_standard_request_have_lsprotocols_types(shared: RawClient) -> None:
    position = {"line": 3, "character": 0}
    params = {"textDocument": {"uri": "file:///x"}, "range": {"start": position, "end": position}}
    answer = shared.call("textDocument/codeAction", {**params, "context": {"diagnostics": []}})
    assert answer == [{"title": "line 3", "kind": "quickfix.inhouse"}]


@pytest.mark.parametrize("params", [None, {}, {"settings": None}, {"settings": {}}, [], 5])
def test_a_change_of_settings_that_tells_nothing_still_reaches_the_server(shared: RawClient, params: object) -> None:
    shared.send({"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": params})
    shared.notify("workspace/didChangeConfiguration", {"settings": {"a_b": {"jsonrpc": 1}}})
    told = shared.wait_for(lambda message: message.get("params") == {"a_b": {"jsonrpc": 1}})
    assert told["method"] == "tiny/settings"
    told_before = [message for message in shared.seen if message.get("method") == "tiny/settings"][:-1]
    assert params == 5 or not told_before[0].get("params")


def test_an_exception_of_a_handler_leaks_nothing() -> None:
    with client() as it:
        it.initialize()
        error = it.fail("inhouse/crash", {"prompt": "my prompt"})
        reference = as_object(error["data"])["requestId"]
        assert error["code"] == -32603
        assert error["message"] == f"Inhouse made a mistake; the log has the details under request {reference}."
        assert "sk-123" not in json.dumps(it.seen)
        assert it.quit() == 0
        log = it.stderr()
        assert f"request {reference} (inhouse/crash) failed" in log
        assert "RuntimeError: secret sk-123" in log
        assert "my prompt" not in log


def test_a_result_that_cannot_be_sent_is_a_mistake_of_ours(shared: RawClient) -> None:
    assert shared.fail("inhouse/unsendable")["code"] == -32603
    assert shared.call("inhouse/nan") == {"value": None, "lone": "a\ufffdb"}


def test_a_known_failure_is_told_with_its_data(shared: RawClient) -> None:
    error = shared.fail("inhouse/refuse")
    assert (error["code"], error["message"]) == (-32803, "The prompt is too long.")
    data = as_object(error["data"])
    assert data.pop("requestId")
    assert data == {
        "kind": "context_overflow",
        "backend": "lab",
        "hint": "Shorten it.",
        "tokens": {"input": 9000, "limit": 8192},
    }


def start_sleeping(it: RawClient, key: str, *, command: bool = False) -> int:
    """Returns when the handler runs."""
    if command:
        id_ = it.start("workspace/executeCommand", {"command": "tiny.sleep", "arguments": [key]})
    else:
        id_ = it.start("inhouse/sleep", {"key": key})
    it.wait_for(lambda message: message.get("params") == {"token": "started", "value": key})
    return id_


@pytest.mark.parametrize("command", [False, True])
def test_cancelling_a_request_ends_its_handler(*, command: bool) -> None:
    with client() as it:
        it.initialize()
        cancelled = start_sleeping(it, "a", command=command)
        start_sleeping(it, "b", command=command)
        it.notify("$/cancelRequest", {"id": cancelled})
        error = as_object(it.answer(cancelled)["error"])
        assert error["code"] == -32800
        assert as_object(error["data"])["kind"] == "cancelled"
        assert it.call("inhouse/running") == ["b"]


def test_a_cancelled_handler_that_has_a_result_all_the_same_may_give_it() -> None:
    with client() as it:
        it.initialize()
        id_ = it.start("inhouse/stubborn")
        it.wait_for(lambda message: message.get("method") == "$/progress")
        it.notify("$/cancelRequest", {"id": id_})
        assert it.answer(id_)["result"] == "all the same"


def test_cancelling_overtakes_a_request_that_has_not_begun() -> None:
    with client() as it:
        it.initialize()
        request = json.dumps({"jsonrpc": "2.0", "id": "x", "method": "inhouse/sleep"}).encode()
        cancel = json.dumps({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "x"}}).encode()
        it.send_bytes(framed(request) + framed(cancel))
        assert error_code(it.answer("x")) == -32800


def test_odd_cancels_disturb_nothing() -> None:
    with client() as it:
        it.initialize()
        sleeper = start_sleeping(it, "a")
        odd: list[object] = [None, [], {}, {"id": None}, {"id": 999}, {"id": str(sleeper)}, {"id": [sleeper]}]
        for params in [*odd, {"id": True}, {"id": 1.0}, 5]:
            it.notify("$/cancelRequest", params)
            it.notify("window/workDoneProgress/cancel", params)
        assert it.call("inhouse/running") == ["a"]


def test_replies_that_nobody_asked_for_disturb_nothing() -> None:
    with client() as it:
        it.initialize()
        sleeper = start_sleeping(it, "a")
        for reply in ({"result": 5}, {"error": {"code": 1, "message": "x"}}, {"error": 5}, {}):
            it.send({"jsonrpc": "2.0", "id": sleeper, **reply})
        assert it.call("inhouse/running") == ["a"]
        it.notify("$/cancelRequest", {"id": sleeper})
        assert error_code(it.answer(sleeper)) == -32800


def test_a_second_request_of_the_same_id_is_refused_and_the_first_goes_on() -> None:
    with client() as it:
        it.initialize()
        sleeper = start_sleeping(it, "a")
        it.send({"jsonrpc": "2.0", "id": sleeper, "method": "inhouse/echo"})
        assert error_code(it.answer(sleeper)) == -32600
        assert it.call("inhouse/running") == ["a"]
        it.notify("$/cancelRequest", {"id": sleeper})
        assert error_code(it.answer(sleeper)) == -32800


def test_a_request_of_ours_ends_whatever_the_client_says() -> None:
    with client() as it:
        it.initialize()
        replies: list[Json] = [{"result": None}, {"result": 5}, {"error": {"code": 1, "message": "no"}}, {"error": 5}]
        expected = [{"result": None}, {"result": 5}, {"refused": "no"}, {"refused": "no reason given"}]
        for reply, result in zip(replies, expected, strict=True):
            id_ = it.start("inhouse/ask")
            asked = it.wait_for(lambda message: message.get("method") == "window/showDocument")
            it.send({"jsonrpc": "2.0", "id": asked["id"], **reply})
            it.send({"jsonrpc": "2.0", "id": asked["id"], **reply})
            assert it.answer(id_)["result"] == result
        silent = it.fail("inhouse/ask", {"timeout": 0.05})
        assert as_object(silent["data"])["kind"] == "timeout"
        id_ = it.start("inhouse/ask")
        it.wait_for(lambda message: message.get("method") == "window/showDocument")
        it.notify("$/cancelRequest", {"id": id_})
        assert error_code(it.answer(id_)) == -32800


METHODS = [
    *("inhouse/echo", "inhouse/nothing", "inhouse/crash", "inhouse/work", "inhouse/document", "initialize"),
    *("workspace/executeCommand", "workspace/didChangeWorkspaceFolders", "workspace/didChangeConfiguration"),
    *("textDocument/codeAction", "textDocument/didOpen", "textDocument/didChange"),
    *("window/workDoneProgress/cancel", "$/setTrace", "$/cancelRequest"),
]
KEYS = ["textDocument", "uri", "range", "start", "end", "line", "contentChanges", "text", "command", "id", "jsonrpc"]


def random_json(rng: random.Random, depth: int = 0) -> object:
    kind = rng.randrange(8 if depth < 4 else 6)
    plain: list[object] = [
        None,
        True,
        rng.randrange(-5, 100),
        1.5,
        rng.choice(["", "x", "file:///x", "é\u2028"]),
        10**30,
    ]
    if kind == 6:
        return [random_json(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind == 7:
        return {rng.choice(KEYS): random_json(rng, depth + 1) for _ in range(rng.randrange(5))}
    return plain[kind]


def test_every_request_of_a_fuzzer_is_answered_once() -> None:
    """3,000 messages of a fixed seed: requests and notifications with wild params, and damaged bodies."""
    rng = random.Random(3)
    with client() as it:
        it.initialize()
        wanted: set[str] = set()
        damaged = 0
        for number in range(3000):
            message: Json = {"jsonrpc": "2.0", "method": rng.choice(METHODS), "params": random_json(rng)}
            body = json.dumps(message).encode()
            kind = rng.randrange(10)
            if kind < 6:
                wanted.add(f"r{number}")
                body = json.dumps({**message, "id": f"r{number}"}).encode()
            elif kind < 8:
                body = body[: rng.randrange(1, len(body))]
                damaged += 1
            it.send_body(body)
        it.start("inhouse/echo", ["end"])
        while not any(message.get("result") == ["end"] for message in it.seen[-1:]) or wanted - answered(it):
            assert it.read()
        ids = [message.get("id") for message in it.seen if "method" not in message]
        assert sorted(str(id_) for id_ in ids if id_ in wanted) == sorted(wanted)
        assert ids.count(None) >= damaged
        assert not [message for message in it.seen if message.get("method") == "window/showMessage"]
        assert it.quit() == 0


def answered(it: RawClient) -> set[object]:
    return {message.get("id") for message in it.seen if "method" not in message}

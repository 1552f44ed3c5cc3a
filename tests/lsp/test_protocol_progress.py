"""Work-done progress is begun and ended once, is not a flood, and its cancel button cancels (interface §4.1)."""

from collections.abc import Callable, Generator

import pytest

from tests.lsp.raw_client import Json, RawClient, as_object, client

CREATE = "window/workDoneProgress/create"


@pytest.fixture(scope="module")
def able() -> Generator[RawClient]:
    """A client that can be asked to show progress."""
    with client() as it:
        it.initialize({"window": {"workDoneProgress": True}})
        yield it


@pytest.fixture(scope="module")
def plain() -> Generator[RawClient]:
    with client() as it:
        it.initialize()
        yield it


@pytest.fixture(autouse=True)
def forget(able: RawClient, plain: RawClient) -> None:
    able.seen.clear()
    plain.seen.clear()


def values(it: RawClient, token: object) -> list[Json]:
    """What was reported on a token, in order."""
    reports = [as_object(message["params"]) for message in it.seen if message.get("method") == "$/progress"]
    return [as_object(params["value"]) for params in reports if params["token"] == token]


def kinds(it: RawClient, token: object) -> list[object]:
    return [value["kind"] for value in values(it, token)]


def is_kind(kind: str) -> Callable[[Json], bool]:
    return lambda message: (
        message.get("method") == "$/progress" and as_object(as_object(message["params"])["value"])["kind"] == kind
    )


@pytest.mark.parametrize("token", ["t", 1, "1", 0, ""])
def test_progress_goes_to_the_token_of_the_request(able: RawClient, token: str | int) -> None:
    assert able.call("inhouse/work", {"workDoneToken": token, "reports": 1}) == {"tokens": 0}
    assert values(able, token) == [
        {"kind": "begin", "title": "Working", "cancellable": True},
        {"kind": "report", "message": "report 0"},
        {"kind": "end"},
    ]
    assert not [message for message in able.seen if message.get("method") == CREATE]


def test_a_burst_of_reports_is_thinned_and_the_last_one_is_kept(plain: RawClient) -> None:
    id_ = plain.start("inhouse/work", {"workDoneToken": "t", "reports": 2000, "wait": True})
    plain.wait_for(lambda message: "report 1999" in str(message))
    assert kinds(plain, "t").count("report") < 20
    plain.notify("$/cancelRequest", {"id": id_})
    plain.answer(id_)
    assert kinds(plain, "t")[-1] == "end"


def test_the_cancel_button_of_a_token_cancels_its_request_only(plain: RawClient) -> None:
    other = plain.start("inhouse/work", {"workDoneToken": "1", "wait": True})
    id_ = plain.start("inhouse/work", {"workDoneToken": 1, "wait": True})
    plain.wait_for(is_kind("begin"))
    plain.wait_for(is_kind("begin"))
    plain.notify("window/workDoneProgress/cancel", {"token": 1})
    assert as_object(plain.answer(id_)["error"])["code"] == -32800
    assert kinds(plain, 1) == ["begin", "end"]
    assert kinds(plain, "1") == ["begin"]
    plain.notify("window/workDoneProgress/cancel", {"token": 1})
    plain.notify("$/cancelRequest", {"id": other})
    plain.answer(other)
    assert plain.call("inhouse/work") == {"tokens": 0}


def test_a_token_is_created_for_a_client_that_can_and_cancels_too(able: RawClient) -> None:
    id_ = able.start("inhouse/work", {"wait": True})
    create = able.wait_for(lambda message: message.get("method") == CREATE)
    able.send({"jsonrpc": "2.0", "id": create["id"], "result": None})
    able.wait_for(is_kind("begin"))
    token = as_object(create["params"])["token"]
    able.notify("window/workDoneProgress/cancel", {"token": token})
    assert as_object(able.answer(id_)["error"])["code"] == -32800
    assert kinds(able, token) == ["begin", "end"]


@pytest.mark.parametrize("reply", [None, {"error": {"code": -32601, "message": "no"}}, {"error": 5}])
def test_a_client_that_creates_no_token_holds_nothing_up(able: RawClient, reply: Json | None) -> None:
    id_ = able.start("inhouse/work", {"reports": 3})
    if reply:
        create = able.wait_for(lambda message: message.get("method") == CREATE)
        able.send({"jsonrpc": "2.0", "id": create["id"], **reply})
    assert able.answer(id_)["result"] == {"tokens": 0}
    assert not [message for message in able.seen if message.get("method") == "$/progress"]


def test_a_client_without_progress_is_not_asked(plain: RawClient) -> None:
    assert plain.call("inhouse/work", {"reports": 3}) == {"tokens": 0}
    assert not [message for message in plain.seen if message.get("method")]

"""Work-done progress is begun and ended once, is not a flood, and its cancel button cancels (interface §4.1)."""

from collections.abc import Callable

import pytest

from tests.lsp.raw_client import Json, RawClient, as_object, client

CREATE = "window/workDoneProgress/create"
ABLE = {"window": {"workDoneProgress": True}}


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
def test_progress_goes_to_the_token_of_the_request(token: str | int) -> None:
    with client() as it:
        it.initialize(ABLE)
        assert it.call("inhouse/work", {"workDoneToken": token, "reports": 1}) == {"tokens": 0}
        assert values(it, token) == [
            {"kind": "begin", "title": "Working", "cancellable": True},
            {"kind": "report", "message": "report 0"},
            {"kind": "end"},
        ]
        assert not [message for message in it.seen if message.get("method") == CREATE]


def test_a_burst_of_reports_is_thinned_and_the_last_one_is_kept() -> None:
    with client() as it:
        it.initialize()
        id_ = it.start("inhouse/work", {"workDoneToken": "t", "reports": 2000, "wait": True})
        it.wait_for(lambda message: "report 1999" in str(message))
        assert kinds(it, "t").count("report") < 20
        it.notify("$/cancelRequest", {"id": id_})
        it.answer(id_)
        assert kinds(it, "t")[-1] == "end"


def test_the_cancel_button_of_a_token_cancels_its_request_only() -> None:
    with client() as it:
        it.initialize()
        other = it.start("inhouse/work", {"workDoneToken": "1", "wait": True})
        id_ = it.start("inhouse/work", {"workDoneToken": 1, "wait": True})
        it.wait_for(is_kind("begin"))
        it.wait_for(is_kind("begin"))
        it.notify("window/workDoneProgress/cancel", {"token": 1})
        assert as_object(it.answer(id_)["error"])["code"] == -32800
        assert kinds(it, 1) == ["begin", "end"]
        assert kinds(it, "1") == ["begin"]
        it.notify("window/workDoneProgress/cancel", {"token": 1})
        it.notify("$/cancelRequest", {"id": other})
        it.answer(other)
        assert it.call("inhouse/work") == {"tokens": 0}


def test_a_token_is_created_for_a_client_that_can_and_cancels_too() -> None:
    with client() as it:
        it.initialize(ABLE)
        id_ = it.start("inhouse/work", {"wait": True})
        create = it.wait_for(lambda message: message.get("method") == CREATE)
        it.send({"jsonrpc": "2.0", "id": create["id"], "result": None})
        it.wait_for(is_kind("begin"))
        token = as_object(create["params"])["token"]
        it.notify("window/workDoneProgress/cancel", {"token": token})
        assert as_object(it.answer(id_)["error"])["code"] == -32800
        assert kinds(it, token) == ["begin", "end"]


@pytest.mark.parametrize("reply", [None, {"error": {"code": -32601, "message": "no"}}, {"error": 5}])
def test_a_client_that_creates_no_token_holds_nothing_up(reply: Json | None) -> None:
    with client() as it:
        it.initialize(ABLE)
        id_ = it.start("inhouse/work", {"reports": 3})
        if reply:
            create = it.wait_for(lambda message: message.get("method") == CREATE)
            it.send({"jsonrpc": "2.0", "id": create["id"], **reply})
        assert it.answer(id_)["result"] == {"tokens": 0}
        assert not [message for message in it.seen if message.get("method") == "$/progress"]


def test_a_client_without_progress_is_not_asked() -> None:
    with client() as it:
        it.initialize()
        assert it.call("inhouse/work", {"reports": 3}) == {"tokens": 0}
        assert not [message for message in it.seen if message.get("method")]

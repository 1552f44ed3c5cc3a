"""Every failure reaches the client as one code, one sentence and the data of interface §4.2, and nothing more."""

import asyncio

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount
from inhouse.lsp.errors import CODES, to_reply
from inhouse.lsp.jsonrpc import Code

SPECIAL = {ErrorKind.INVALID_REQUEST: -32602, ErrorKind.CANCELLED: -32800, ErrorKind.INTERNAL: -32603}


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_has_its_code(kind: ErrorKind) -> None:
    reply = to_reply(InhouseError(kind=kind, message="A sentence."), "r1")
    assert reply.code == SPECIAL.get(kind, -32803)
    assert reply.message == "A sentence."
    assert reply.data == {"kind": kind.value, "hint": "", "requestId": "r1"}


def test_the_table_is_total() -> None:
    assert set(CODES) == set(ErrorKind)


def test_what_is_known_of_a_failure_is_told() -> None:
    error = InhouseError(
        kind=ErrorKind.CONTEXT_OVERFLOW,
        message="Too long.",
        hint="Shorten it.",
        backend="lab",
        model="lab|m",
        status=0,
        retry_after=0.0,
        tokens=TokenCount(9, 8),
        request_id="own",
    )
    assert to_reply(error, "r1").data == {
        "kind": "context_overflow",
        "backend": "lab",
        "model": "lab|m",
        "status": 0,
        "retryAfter": 0.0,
        "tokens": {"input": 9, "limit": 8},
        "hint": "Shorten it.",
        "requestId": "own",
    }


def test_cancellation_is_told_as_such() -> None:
    reply = to_reply(asyncio.CancelledError(), "r1")
    assert (reply.code, reply.data["kind"]) == (Code.REQUEST_CANCELLED, "cancelled")


def test_a_bug_of_ours_tells_only_where_to_look() -> None:
    reply = to_reply(RuntimeError("secret sk-123 in /home/somebody"), "r1")
    assert reply.code == Code.INTERNAL_ERROR
    assert reply.message == "Inhouse made a mistake; the log has the details under request r1."
    assert set(reply.data) == {"kind", "hint", "requestId"}
    assert "sk-123" not in str(reply)

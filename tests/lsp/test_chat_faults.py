"""Everything that goes wrong with a backend gives its own kind, a hint and nothing of our insides."""

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.faults import COMPLETE, FAULTS, HELLO, KEY, Fault, check_words
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.asking import ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.user_file import write_user_file

QUICKLY = 5.0


async def test_each_fault_of_a_backend_is_told_as_what_it_is(
    start_client: StartClient, home: dict[str, str], subtests: pytest.Subtests
) -> None:
    async with start_client(env=home | {"LAB_KEY": KEY}) as client:
        for name, fault in FAULTS.items():
            with subtests.test(name), fault.backend() as (url, backend):
                write_user_file(home, fault.tables(url))
                await check(client, fault, backend)
        assert KEY not in client.stderr


async def check(client: EditorClient, fault: Fault, backend: FakeBackend | None) -> None:
    chat = client.start_chat(ask(model=f"lab|{fault.model}"))
    with pytest.raises(ResponseError) as caught:
        await chat.result(QUICKLY)
    error = caught.value
    assert (error.kind, error.code) == (fault.kind, expected_code(fault))
    assert (error.data.get("status"), error.data.get("retryAfter")) == (fault.status, fault.retry_after)
    assert error.data["backend"] == "lab"
    assert fault.says in f"{error.message} {error.data['hint']}"
    for said in (error.message, error.data["hint"]):
        check_words(said)
    assert "".join(value["text"] for value in chat.partials) == fault.text
    if backend is not None:
        sent = backend.exchanges(CHAT)
        assert min(1, fault.posts) <= len(sent) <= fault.posts
        assert {one.request.header("x-request-id") for one in sent} <= {error.data["requestId"]}


def expected_code(fault: Fault) -> int:
    return -32602 if fault.kind == "invalid_request" else types.LSPErrorCodes.RequestFailed


async def test_each_answer_that_is_whole_is_a_result_whatever_follows(
    start_client: StartClient, home: dict[str, str], subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        write_user_file(home, {"backends.lab": {"url": backend.url}, "routing": {"fallback": False}})
        async with start_client(env=home) as client:
            for name, behaviour in COMPLETE.items():
                with subtests.test(name):
                    backend.answer(CHAT, behaviour)
                    chat = await client.chat(ask(model=f"lab|{answers.MODEL}"), QUICKLY)
                    assert chat.text == HELLO
                    assert chat.result["finishReason"] == "stop"
                    assert chat.result["usage"]["exact"] is False

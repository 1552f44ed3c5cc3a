"""What the fake does with its sockets, and what it notices of the client's."""

import asyncio
import socket

import httpx
import pytest

from tests.fakes import answers
from tests.fakes.behaviours import (
    compressed,
    cut_after,
    delayed,
    dripped,
    endless,
    html_page,
    json_reply,
    locked,
    not_http,
    redirect,
    replay,
    sequence,
    silence,
    stream,
    unfinished,
    without_last_chunk,
)
from tests.fakes.exchange import Outcome
from tests.fakes.recorded import recorded
from tests.fakes.server import CHAT, MODELS, FakeBackend, refusing_url
from tests.fakes.wire import Behaviour, Fin, Framing, Rst, Stall

ASKED = {"model": "acme/smol", "messages": [{"role": "user", "content": "hi"}], "stream": True}
TEXT = b'"content":"Hello"'


def ask(backend: FakeBackend, timeout: float = 5.0) -> httpx.Response:
    return httpx.post(f"{backend.url}/v1/chat/completions", json=ASKED, trust_env=False, timeout=timeout)


def raw_answer(backend: FakeBackend) -> bytes:
    """All bytes of an answer until the backend closes; ConnectionResetError when it resets."""
    body = b'{"messages":[],"stream":true}'
    with socket.create_connection(("127.0.0.1", backend.port), timeout=5) as client:
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_a_client_that_closes_in_mid_stream_is_noticed() -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        with httpx.stream("POST", f"{backend.url}/v1/chat/completions", json=ASKED, trust_env=False) as response:
            lines = response.iter_lines()
            assert any('"content":" from"' in line for line in lines)
            exchange = backend.wait_for(CHAT)
            assert not exchange.closed_by_client(0.05)
        assert exchange.closed_by_client()
        assert exchange.sent == 3


async def test_a_client_that_leaves_an_endless_stream_is_noticed_by_an_async_test() -> None:
    with FakeBackend(chat=endless(piece=b": tick\n\n")) as backend:
        async with (
            httpx.AsyncClient(trust_env=False) as client,
            client.stream("POST", f"{backend.url}/v1/chat/completions", json=ASKED) as response,
        ):
            pieces = response.aiter_raw()
            await anext(pieces)
        exchange = await backend.wait_for_async(CHAT)
        assert await exchange.closed_by_client_async()
        assert exchange.sent > 0


def test_an_answer_taken_to_its_end_was_not_closed_by_the_client() -> None:
    with FakeBackend() as backend:
        ask(backend)
        exchange = backend.wait_for(CHAT)
        assert exchange.outcome() is Outcome.COMPLETE
        assert not exchange.closed_by_client()


def test_a_reset_is_a_reset() -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 2, Rst())) as backend, pytest.raises(ConnectionResetError):
        raw_answer(backend)


@pytest.mark.parametrize("behaviour", [cut_after(answers.chat(), 2, Fin()), without_last_chunk(answers.chat())])
def test_a_close_without_the_last_chunk_is_an_orderly_one(behaviour: Behaviour) -> None:
    with FakeBackend(chat=behaviour) as backend:
        answer = raw_answer(backend)
        assert TEXT in answer
        assert not answer.endswith(b"0\r\n\r\n")
        with pytest.raises(httpx.RemoteProtocolError):
            ask(backend)
        assert backend.wait_for(CHAT).outcome() is Outcome.CUT


def test_a_kept_connection_is_used_again() -> None:
    with FakeBackend() as backend:
        with httpx.Client(base_url=backend.url, trust_env=False) as client:
            for _ in range(3):
                client.get("/v1/models")
                client.post("/v1/chat/completions", json=ASKED)
        httpx.get(f"{backend.url}/v1/models", trust_env=False)
        assert [one.request.connection for one in backend.exchanges()] == [1] * 6 + [2]


def test_a_body_may_end_with_the_connection() -> None:
    with FakeBackend(chat=stream(b"data: a\n\n", framing=Framing.CLOSE)) as backend:
        assert ask(backend).content == b"data: a\n\n"


def test_a_request_is_recorded_as_it_came() -> None:
    with FakeBackend() as backend:
        httpx.post(f"{backend.url}/v1/chat/completions?x=1", json=ASKED, headers={"X-Request-Id": "r"}, trust_env=False)
        request = backend.wait_for(CHAT).request
    assert (request.json, request.path, request.header("X-Request-Id")) == (ASKED, "/v1/chat/completions?x=1", "r")


def test_silence_lasts_until_the_client_gives_up() -> None:
    with FakeBackend(chat=silence()) as backend:
        with pytest.raises(httpx.ReadTimeout):
            ask(backend, timeout=0.1)
        exchange = backend.wait_for(CHAT)
        assert exchange.closed_by_client()
        assert exchange.sent == 0


async def test_stopping_the_fake_ends_what_it_has_begun() -> None:
    with FakeBackend(chat=silence()) as backend:
        client = asyncio.create_task(asyncio.to_thread(ask, backend))
        exchange = await backend.wait_for_async(CHAT)
    with pytest.raises(httpx.TransportError):
        await client
    assert exchange.outcome() is Outcome.STOPPED


def test_one_byte_a_piece_is_the_same_answer() -> None:
    with FakeBackend(chat=sequence(answers.chat(), dripped(answers.chat()))) as backend:
        assert ask(backend).content == ask(backend).content
        assert backend.wait_for(CHAT, 2).sent > 500


def test_a_gzipped_answer_says_so_and_unpacks_to_the_same() -> None:
    with FakeBackend(chat=sequence(answers.chat(), compressed(answers.chat()))) as backend:
        plain, packed = ask(backend), ask(backend)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content


def test_a_sequence_stays_at_its_last_behaviour() -> None:
    with FakeBackend(models=sequence(replay("llamacpp/loading_503.json"), answers.models())) as backend:
        statuses = [httpx.get(f"{backend.url}/v1/models", trust_env=False).status_code for _ in range(3)]
    assert statuses == [503, 200, 200]


def test_a_delay_comes_before_the_headers() -> None:
    with FakeBackend(chat=delayed(answers.chat(), 5)) as backend, pytest.raises(httpx.ReadTimeout):
        ask(backend, timeout=0.1)


def test_a_behaviour_may_change_while_the_backend_runs() -> None:
    with FakeBackend() as backend:
        backend.answer(CHAT, json_reply({"error": "gone"}, status=410))
        assert ask(backend).status_code == 410


def test_pages_redirects_and_locks() -> None:
    with FakeBackend(chat=redirect("http://elsewhere.invalid/"), models=locked("k", html_page())) as backend:
        assert ask(backend).headers["location"] == "http://elsewhere.invalid/"
        refused = httpx.get(f"{backend.url}/v1/models", trust_env=False)
        opened = httpx.get(f"{backend.url}/v1/models", trust_env=False, headers={"Authorization": "Bearer k"})
        assert (refused.status_code, refused.json()) == (401, {"error": "Unauthorized"})
        assert opened.headers["content-type"] == "text/html; charset=utf-8"
        assert len(backend.exchanges(MODELS)) == 2


def test_an_unfinished_stream_ends_cleanly_without_a_finish_reason() -> None:
    with FakeBackend(chat=unfinished(answers.chat())) as backend:
        answer = ask(backend)
    assert TEXT in answer.content
    assert b"[DONE]" not in answer.content
    assert b'"finish_reason":"' not in answer.content


def test_a_recorded_stream_is_replayed_byte_for_byte() -> None:
    with FakeBackend(chat=replay("tgi/error_in_stream.sse")) as backend:
        assert ask(backend).content.rstrip() == recorded("tgi/error_in_stream.sse").body.rstrip()


def test_something_else_than_http_may_listen() -> None:
    with FakeBackend(chat=not_http()) as backend, pytest.raises(httpx.RemoteProtocolError):
        ask(backend)


def test_a_refusing_url_refuses() -> None:
    with refusing_url() as url, pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)

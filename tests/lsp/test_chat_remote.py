"""`inhouse/chat` with a backend at a URL: what arrives there, what comes back, and what ends there."""

import asyncio
from collections.abc import Iterable, Iterator

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, html_page, json_reply, paced, silence, stream
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, MODELS, FakeBackend
from tests.fakes.wire import Behaviour, Pause, Request, Stall, Step
from tests.lsp.asking import answer_text, ask
from tests.lsp.conftest import StartClient
from tests.lsp.engine import comes_true
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file


def tgi(backend: FakeBackend) -> JsonObject:
    """The one setting of the older extension."""
    return {"huggingface": {"customTGIEndpoint": backend.url}}


def echo(pause: float = 0.0) -> Behaviour:
    """Answers with the words of the question, one event each."""

    def answer(request: Request) -> Iterable[Step]:
        words = request.json["messages"][-1]["content"].split(" ")
        pieces = [Pause(pause), *answers.chat_events([word + " " for word in words]), answers.DONE]
        return stream(*pieces)(request)

    return answer


class AtOnce:
    """How many answers were under way at once, `most`."""

    def __init__(self) -> None:
        self._now = 0
        self.most = 0

    def counted(self, behaviour: Behaviour) -> Behaviour:
        def answer(request: Request) -> Iterator[Step]:
            self._now += 1
            self.most = max(self.most, self._now)
            yield from behaviour(request)
            self._now -= 1

        return answer


async def test_one_setting_is_enough_to_chat_with_a_server(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            chat = await client.chat(ask())
            whole = await client.request("inhouse/chat", ask())
    assert [value["text"] for value in chat.partials] == list(answers.TEXTS)
    assert answer_text(whole) == HELLO
    for result in (chat.result, whole):
        assert (result["model"], result["backend"]) == (f"tgi|{answers.MODEL}", "tgi")
        assert result["finishReason"] == "stop"
        assert result["usage"] == {"inputTokens": 6, "outputTokens": 6, "exact": True}


async def test_backend_of_the_user_file_is_asked_by_its_name_with_or_without_v1(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as one, FakeBackend() as two:
        write_user_file(home, {"backends.lab": {"url": one.url}, "backends.other-lab": {"url": f"{two.url}/v1/"}})
        async with start_client() as client:
            for name in ("lab", "other-lab"):
                result = await client.request("inhouse/chat", ask(model=f"{name}|{answers.MODEL}"))
                assert (result["backend"], answer_text(result)) == (name, HELLO)


async def test_request_carries_what_the_client_asked_for_and_nothing_else(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            await client.chat(ask("Why?", temperature=0.5, topP=0.9, maxTokens=5, stop=["END"], seed=7))
        request = backend.wait_for(CHAT).request
    assert request.json == {
        "model": answers.MODEL,
        "messages": [{"role": "user", "content": "Why?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 5,
        "stop": ["END"],
        "seed": 7,
    }
    names = {name for name, _ in request.headers} - {"accept", "connection"}
    expected = {"host", "accept-encoding", "user-agent", "content-type", "content-length", "x-request-id"}
    assert names == expected
    assert request.header("accept-encoding") == "identity"


async def test_thinking_is_told_apart_from_the_answer(start_client: StartClient) -> None:
    with FakeBackend(chat=answers.chat(("42",), thinking=("Hm", "m."))) as backend:
        async with start_client(settings=tgi(backend)) as client:
            chat = await client.chat(ask())
            whole = await client.request("inhouse/chat", ask())
    kinds = [(value["kind"], value["text"]) for value in chat.partials]
    assert kinds == [("thinking", "Hm"), ("thinking", "m."), ("text", "42")]
    assert whole["content"] == [{"kind": "thinking", "text": "Hmm."}, {"kind": "text", "text": "42"}]


async def test_text_arrives_byte_for_byte(start_client: StartClient) -> None:
    texts = ("a\u2028b\x0cc\x85d ", "é 漢字 😀 ", '"quoted" \\ \n\ttab ', '{"jsonrpc": "2.0"}')
    with FakeBackend(chat=answers.chat(texts)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            assert (await client.chat(ask())).text == "".join(texts)


async def test_usage_that_the_server_leaves_out_is_estimated_and_said_to_be(start_client: StartClient) -> None:
    behaviour = stream(*answers.chat_events(answers.TEXTS), answers.DONE)
    with FakeBackend(chat=behaviour) as backend:
        async with start_client(settings=tgi(backend)) as client:
            usage = (await client.chat(ask("Write something."))).result["usage"]
    assert usage["exact"] is False
    assert usage["inputTokens"] > 0
    assert usage["outputTokens"] > 0


async def test_twenty_chats_in_a_row_use_one_connection(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            for _ in range(20):
                await client.chat(ask())
        chats = backend.exchanges(CHAT)
    assert len(chats) == 20
    assert len({one.request.connection for one in chats}) == 1
    assert len({one.request.header("x-request-id") for one in chats}) == 20


async def test_twenty_chats_at_once_do_not_mix_and_no_more_than_allowed_run(
    start_client: StartClient, home: dict[str, str]
) -> None:
    running_at_once = AtOnce()
    with FakeBackend(chat=running_at_once.counted(echo(pause=0.05))) as backend:
        write_user_file(home, {"backends.lab": {"url": backend.url, "max_concurrency": 3}})
        async with start_client() as client:
            running = [client.start_chat(ask(f"number {number} is here")) for number in range(20)]
            texts = [(await chat.chat()).text for chat in running]
        requests = [one.request for one in backend.exchanges(CHAT)]
    assert texts == [f"number {number} is here " for number in range(20)]
    assert len(requests) == 20
    assert running_at_once.most == 3
    assert any("queued for lab" in str(value) for value in running[-1].progress)


async def test_request_beyond_the_limit_waits_until_another_ends(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        write_user_file(home, {"backends.lab": {"url": backend.url, "max_concurrency": 1}})
        async with start_client() as client:
            first, second = client.start_chat(ask("one")), client.start_chat(ask("two"))
            await first.partial(2)
            await client.pulse.until(lambda: any("queued for" in str(value) for value in second.progress))
            assert len(backend.exchanges(CHAT)) == 1
            first.cancel()
            await second.partial(2)
            second.cancel()


WAITS = {
    "in mid stream": (cut_after(answers.chat(), 3, Stall()), 2),
    "before the first token": (cut_after(answers.chat(), 0, Stall()), 0),
    "before the headers": (silence(), 0),
    "in a stream that never pauses": (paced(answers.chat(("x",) * 10_000), 0.001), 20),
}


async def test_cancelling_closes_the_connection_within_a_second(
    start_client: StartClient, subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            for number, (name, (behaviour, pieces)) in enumerate(WAITS.items(), 1):
                with subtests.test(name):
                    backend.answer(CHAT, behaviour)
                    chat = client.start_chat(ask())
                    exchange = await backend.wait_for_async(CHAT, number)
                    if pieces:
                        await chat.partial(pieces)
                    chat.cancel()
                    assert await exchange.closed_by_client_async(1.0)
                    with pytest.raises(ResponseError) as caught:
                        await chat.result()
                    assert (caught.value.code, caught.value.kind) == (types.LSPErrorCodes.RequestCancelled, "cancelled")
            backend.answer(CHAT, answers.chat())
            assert (await client.chat(ask())).text == HELLO


async def test_cancelling_one_chat_leaves_the_others_alone(start_client: StartClient) -> None:
    with FakeBackend(chat=paced(answers.chat(), 0.05)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            stopped, other = client.start_chat(ask()), client.start_chat(ask())
            await stopped.partial(1)
            stopped.cancel()
            assert (await other.chat()).text == HELLO
            with pytest.raises(ResponseError, match="cancelled"):
                await stopped.result()


async def test_shutdown_in_mid_stream_answers_the_chat_as_cancelled(start_client: StartClient) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        async with start_client(settings=tgi(backend)) as client:
            chat = client.start_chat(ask())
            await chat.partial(2)
            assert await client.leave() == 0
            with pytest.raises(ResponseError) as caught:
                await chat.result()
            assert caught.value.code == types.LSPErrorCodes.RequestCancelled
            assert await (backend.wait_for(CHAT)).closed_by_client_async(1.0)


async def test_errors_at_once_have_each_its_own_request_id(start_client: StartClient) -> None:
    with FakeBackend(models=json_reply({"error": "boom"}, status=500)) as backend:
        settings = tgi(backend) | {"inhouse": {"routing": {"fallback": False}}}
        async with start_client(settings=settings) as client:
            chats = [client.start_chat(ask(model=f"tgi|{answers.MODEL}")) for _ in range(5)]
            ends = await asyncio.gather(*(chat.result() for chat in chats), return_exceptions=True)
    assert len({end.data["requestId"] for end in ends if isinstance(end, ResponseError)}) == 5


async def test_request_id_of_an_error_is_in_the_log_and_at_the_backend(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=html_page()) as backend:
        async with start_client(env=home | {"INHOUSE_LOG_LEVEL": "info"}, settings=tgi(backend)) as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask("a secret question"))
            reference = caught.value.data["requestId"]
            assert await comes_true(lambda: f"request {reference} (inhouse/chat) ended with bad_resp" in client.stderr)
        assert backend.wait_for(CHAT).request.header("x-request-id") == reference
    assert "a secret question" not in client.stderr


async def test_prompt_is_counted_first_where_the_server_is_llamacpp(
    start_client: StartClient, home: dict[str, str]
) -> None:
    counting = "POST /v1/chat/completions/input_tokens"
    with FakeBackend() as backend:
        backend.answer(counting, json_reply({"object": "response.input_tokens", "input_tokens": 4000}))
        write_user_file(home, {"backends.lab": {"url": backend.url, "kind": "llamacpp"}})
        async with start_client() as client:
            await client.chat(ask(maxTokens=1000))
            assert backend.wait_for(CHAT).request.json["max_tokens"] == 96
            backend.answer(counting, json_reply({"object": "response.input_tokens", "input_tokens": 4096}))
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask())
            assert caught.value.kind == "context_overflow"
            assert caught.value.data["tokens"] == {"input": 4096, "limit": 4096}
        assert len(backend.exchanges(CHAT)) == 1


async def test_work_done_progress_tells_what_is_waited_for(start_client: StartClient) -> None:
    with FakeBackend(chat=paced(answers.chat(thinking=("hm",) * 3), 0.11)) as backend:
        async with start_client(settings=tgi(backend)) as client:
            chat = await client.chat(ask())
        assert len(backend.exchanges(MODELS)) == 1
    told = [value["message"] for value in chat.progress if value["kind"] == "report"]
    assert told[0].startswith(f"waiting for tgi|{answers.MODEL}")
    assert any(message.startswith("thinking") for message in told)
    assert any(message.startswith("writing") and message.endswith("/s") for message in told)
    assert [value["kind"] for value in chat.progress if value["kind"] != "report"] == ["begin", "end"]

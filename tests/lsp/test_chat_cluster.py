"""What helps a cluster: a conversation stays on one replica, its prefix stays as it was, and titles wait for chats."""

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, html_page, paced
from tests.fakes.faults import HELLO
from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.vllm import fake_vllm
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Stall
from tests.lsp.asking import READ_FILE, ask, reports
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.lsp.running import RunningRequest
from tests.user_file import user_file, write_user_file

AFFINITY = "X-Session-Id"
ALONE = {"embedded": {"enabled": False}}


def said(role: str, content: object) -> JsonObject:
    return {"role": role, "content": content}


def turns(*texts: str) -> JsonObject:
    """A conversation of a user and a model, the user's turn last."""
    messages = [said("user" if number % 2 == 0 else "assistant", text) for number, text in enumerate(texts)]
    return {"messages": [said("system", "Be brief."), *messages]}


def affinities(backend: FakeBackend, route: str = CHAT) -> list[str | None]:
    return [one.request.header(AFFINITY) for one in backend.exchanges(route)]


async def test_conversation_has_one_opaque_id_over_its_turns_and_another_one_has_another(
    start_client: StartClient, home: dict[str, str]
) -> None:
    named = {"conversationId": "my-secret-chat"}
    with FakeBackend() as backend:
        write_user_file(home, ALONE | {"backends.lab": {"url": backend.url, "affinity_header": AFFINITY}})
        async with start_client() as client:
            await client.chat(turns("Tell a tale."))
            await client.chat(turns("Tell a tale.", HELLO, "Go on."))
            await client.chat(turns("Something else."))
            await client.chat(turns("Tell a tale.") | named)
            await client.chat(turns("By now without its head.") | named)
        async with start_client() as client:
            await client.chat(turns("Tell a tale.", HELLO, "Go on.", HELLO, "And then?"))
        first, second, other, by_id, by_id_again, next_window = affinities(backend)
    assert first == second == next_window
    assert by_id == by_id_again
    assert len({first, other, by_id}) == 3
    for one in (first, other, by_id):
        assert one is not None
        assert len(one) == 32
        assert set(one) <= set("0123456789abcdef")


async def test_id_is_not_the_same_for_another_user(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        write_user_file(home, ALONE | {"backends.lab": {"url": backend.url, "affinity_header": AFFINITY}})
        for user in ("one", "two"):
            async with start_client(env=home | {"XDG_STATE_HOME": f"{home['HOME']}/{user}"}) as client:
                await client.chat(turns("Tell a tale."))
        assert len(set(affinities(backend))) == 2


async def test_id_goes_only_to_a_backend_that_wants_one(start_client: StartClient, home: dict[str, str]) -> None:
    model = FakeModel()
    with (
        FakeBackend(chat=html_page(500)) as cluster,
        FakeBackend() as plain,
        fake_ollama(Knobs(models=(model,))) as ollama,
    ):
        tables: dict[str, dict[str, object]] = {
            "backends.cluster": {"url": cluster.url, "affinity_header": AFFINITY},
            "backends.plain": {"url": plain.url},
            "backends.ollama": {"url": ollama.url, "affinity_header": AFFINITY},
        }
        write_user_file(home, ALONE | tables | {"routing": {"order": ["cluster", "plain"]}})
        async with start_client() as client:
            assert (await client.chat(ask() | {"conversationId": "c1"})).result["backend"] == "plain"
            await client.chat(ask(model="ollama|acme/coder"))
        headers = {name for one in plain.exchanges() for name, _ in one.request.headers}
        assert len(affinities(cluster)) == 1
        assert None not in affinities(cluster)
        assert not {AFFINITY.lower(), "x-conversation-id"} & headers
        assert None not in affinities(ollama, "POST /api/chat")
        assert not [one for one in cluster.exchanges("GET /v1/models") if one.request.header(AFFINITY)]


async def test_header_on_which_llamacpp_goes_on_writing_for_nobody_is_refused(
    start_client: StartClient, home: dict[str, str]
) -> None:
    write_user_file(home, {"backends.lab": {"url": "http://127.0.0.1:9", "affinity_header": "x-conversation-id"}})
    async with start_client() as client:
        told = await client.notification("window/showMessage")
    assert f"{user_file(home)}:3" in told["message"]
    assert "'x-conversation-id' cannot be used for this" in told["message"]


def without_end(body: dict[str, Any]) -> str:
    """The prompt as it stands in a body, without the last closing bracket."""
    return json.dumps(body["messages"], ensure_ascii=False)[:-1]


async def test_prompt_of_a_turn_is_the_beginning_of_the_next_ones(
    start_client: StartClient,
    home: dict[str, str],
    workspace: Any,  # noqa: ANN401 - a path
) -> None:
    """System text, tools, an attached file, a call and its result: nothing in front moves when the talk goes on."""
    file = workspace / "d.py"
    file.write_text("print('hé')\n", "utf-8")
    call = ToolCall("read_file", {"path": "d.py", "a": 1})
    attached = [{"kind": "text", "text": "What does it do?"}, {"kind": "resource", "uri": file.as_uri()}]
    messages = [said("system", "Be brief."), said("user", attached)]
    other = READ_FILE | {"name": "run"}
    with fake_vllm(Knobs(tool_calls=(call,))) as server:
        write_user_file(home, ALONE | {"backends.lab": {"url": server.url}})
        async with start_client() as client:
            for _turn in range(3):
                chat = await client.chat({"messages": messages, "tools": [READ_FILE, other]})
                calls = [each for each in chat.partials if each["kind"] == "toolCall"]
                messages = [*messages, said("assistant", calls or chat.text)]
                answered = [{"kind": "toolResult", "id": each["id"], "content": "42"} for each in calls]
                messages.append(said("tool", answered) if answered else said("user", "And then?"))
        bodies = [one.request.json for one in server.exchanges(CHAT) if "stream" in one.request.json]
    assert len(bodies) == 3
    for earlier, later in pairwise(bodies):
        assert without_end(later).startswith(without_end(earlier))
        assert json.dumps(earlier["tools"]) == json.dumps(later["tools"])
        assert list(earlier) == list(later)


def ask_aside(text: str) -> JsonObject:
    return ask(text) | {"purpose": "background"}


async def ended(chat: RunningRequest) -> None:
    with pytest.raises(ResponseError, match="cancelled"):
        await chat.result(1.0)


async def queued(client: EditorClient, *chats: RunningRequest) -> None:
    for chat in chats:
        await client.pulse.until(lambda chat=chat: any("queued" in each for each in reports(chat.progress)))


async def test_titles_wait_behind_chats_which_keep_their_order(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend(chat=cut_after(answers.chat(), 3, Stall())) as backend:
        write_user_file(home, ALONE | {"backends.lab": {"url": backend.url, "max_concurrency": 1}})
        async with start_client() as client:
            first = client.start_chat(ask("first"))
            await first.partial(1)
            waiting: dict[str, RunningRequest] = {}
            for text in ("title", "second", "left", "third"):
                waiting[text] = client.start_chat(ask_aside(text) if text == "title" else ask(text))
                await queued(client, waiting[text])
            waiting["left"].cancel()
            await ended(waiting["left"])
            backend.answer(CHAT, paced(answers.chat(), 0.01))
            first.cancel()
            for text in ("second", "third", "title"):
                assert (await waiting[text].chat()).text == HELLO
            await ended(first)
        asked = [one.request.json["messages"][-1]["content"] for one in backend.exchanges(CHAT)]
    assert asked == ["first", "second", "third", "title"]

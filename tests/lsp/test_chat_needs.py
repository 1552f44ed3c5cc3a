"""What a request needs decides who may stand in: nobody answers an agent who cannot call its tools."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import html_page
from tests.fakes.faults import HELLO
from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.vllm import fake_vllm
from tests.fakes.server import CHAT, FakeBackend, refusing_url
from tests.lsp.asking import ask, ask_agent, notices
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

CALL = ToolCall("read_file", {"path": "d.py"})
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def serving(name: str, *, tools: bool = False, images: bool = False) -> Knobs:
    return Knobs(models=(FakeModel(name, tools=tools, images=images),), tool_calls=(CALL,))


def tables(urls: Mapping[str, str], **routing: object) -> dict[str, dict[str, object]]:
    """Backends in this order; vLLM, whose abilities are known at once."""
    found: dict[str, dict[str, object]] = {f"backends.{name}": {"url": url} for name, url in urls.items()}
    return found | {"routing": {"order": [*urls, "embedded"], **routing}}


def with_image() -> JsonObject:
    parts = [{"kind": "text", "text": "What is this?"}, {"kind": "image", "mimeType": "image/png", "data": PIXEL}]
    return {"messages": [{"role": "user", "content": parts}]}


def chats(server: FakeServer) -> int:
    """Of users: a probe asks for more tokens than there are, or says Hi."""
    return sum("stream" in one.request.json for one in server.exchanges(CHAT))


def calls(partials: list[JsonObject]) -> list[str]:
    return [value["name"] for value in partials if value["kind"] == "toolCall"]


async def test_request_goes_to_the_first_that_can_do_what_it_needs(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with (
        fake_vllm(serving("plain")) as plain,
        fake_vllm(serving("agent", tools=True)) as agent,
    ):
        write_user_file(home, tables({"first": plain.url, "second": agent.url}))
        async with start_client() as client:
            assert (await client.chat(ask())).result["backend"] == "first"
            chat = await client.chat(ask_agent())
            assert (chat.result["backend"], calls(chat.partials)) == ("second", ["read_file"])
            (notice,) = notices(chat)
            assert "first has no model that can call tools." in notice
            assert "second|agent answers instead." in notice


async def test_named_model_goes_on_to_one_that_can_do_the_same(start_client: StartClient, home: dict[str, str]) -> None:
    with (
        fake_vllm(serving("lost", tools=True)) as lost,
        fake_vllm(serving("plain")) as plain,
        fake_vllm(serving("agent", tools=True)) as agent,
    ):
        write_user_file(home, tables({"lost": lost.url, "plain": plain.url, "agent": agent.url}))
        async with start_client() as client:
            await client.request("inhouse/models")
            lost.answer(CHAT, html_page(500))
            chat = await client.chat(ask_agent(model="lost|lost"))
            assert (chat.result["backend"], calls(chat.partials)) == ("agent", ["read_file"])
            assert (await client.chat(ask(model="lost|lost"))).result["backend"] == "plain"
        assert chats(plain) == 1


@pytest.mark.parametrize("order", [("down", "plain"), ("plain", "down")])
async def test_agent_is_not_answered_by_a_model_without_tools_while_one_with_tools_is_merely_down(
    start_client: StartClient, home: dict[str, str], order: tuple[str, ...]
) -> None:
    with fake_vllm(serving("agent", tools=True)) as down, fake_vllm(serving("plain")) as plain:
        urls = {"down": down.url, "plain": plain.url}
        write_user_file(home, tables({name: urls[name] for name in order}))
        async with start_client() as client:
            await client.request("inhouse/models")
            down.knobs = replace(down.knobs, loading=True)  # a vLLM that loads resets connections
            await client.request("inhouse/models", {"refresh": True})
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask_agent())
            assert (caught.value.kind, caught.value.data["backend"]) == ("unreachable", "down")
            assert chats(plain) == 0
            assert (await client.chat(ask())).result["backend"] == "plain"
            down.knobs = replace(down.knobs, loading=False)
            await client.request("inhouse/models", {"refresh": True})
            assert calls((await client.chat(ask_agent())).partials) == ["read_file"]


async def test_agent_is_not_answered_by_the_embedded_model_while_a_server_is_down(
    start_client: StartClient, home: dict[str, str], embedded_model: Path
) -> None:
    pulled = Path(home["XDG_DATA_HOME"], "inhouse", "models", embedded_model.name)
    pulled.parent.mkdir(parents=True)
    pulled.symlink_to(embedded_model)
    with refusing_url() as url:
        write_user_file(home, {"backends.lab": {"url": url}})
        async with start_client() as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask_agent())
            assert (caught.value.kind, caught.value.data["backend"]) == ("unreachable", "lab")


async def test_agent_is_answered_without_tools_where_nobody_has_any_and_told_once(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_vllm(serving("plain")) as plain:
        write_user_file(home, tables({"lab": plain.url}))
        async with start_client() as client:
            first, second = await client.chat(ask_agent()), await client.chat(ask_agent())
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask_agent(toolChoice="required"))
        assert all("tools" not in one.request.json for one in plain.exchanges(CHAT) if "stream" in one.request.json)
    (notice,) = notices(first)
    assert "lab|plain cannot call tools and answers without them." in notice
    assert "--enable-auto-tool-choice --tool-call-parser" in notice
    assert first.text == second.text == "Hello from the fake server."
    assert notices(second) == []
    assert caught.value.kind == "unsupported"


async def test_image_goes_only_to_who_reads_images(start_client: StartClient, home: dict[str, str]) -> None:
    with fake_plain(serving("blind")) as blind, fake_plain(serving("eyes", images=True)) as eyes:
        found = tables({"blind": blind.url, "eyes": eyes.url})
        write_user_file(home, found)
        override = {"name": "blind", "imageInput": False}
        settings = {"inhouse": {"backends": {"blind": {"models": [override]}}}}
        async with start_client(settings=settings) as client:
            chat = await client.chat(with_image())
            assert chat.result["backend"] == "eyes"
            with pytest.raises(ResponseError) as caught:
                await client.chat(with_image() | {"model": "blind|blind"})
            assert caught.value.kind == "unsupported"
        assert not blind.exchanges(CHAT)


async def test_first_backend_answers_again_as_soon_as_it_is_back(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as first, FakeBackend() as second:
        write_user_file(home, tables({"first": first.url, "second": second.url}))
        async with start_client() as client:
            for failures in range(1, 3):
                first.answer(CHAT, html_page(500))
                for _ in range(failures):
                    chat = await client.chat(ask())
                    assert (chat.result["backend"], len(notices(chat))) == ("second", 1)
                first.answer(CHAT, answers.chat())
                chat = await client.chat(ask())
                assert (chat.result["backend"], chat.text, notices(chat)) == ("first", HELLO, [])

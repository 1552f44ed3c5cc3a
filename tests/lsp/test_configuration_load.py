"""Settings that change while chats stream: those end on the old ones, the next begins on the new, and none is lost."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, locked, paced
from tests.fakes.faults import HELLO
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.vllm import fake_vllm
from tests.fakes.server import CHAT, FakeBackend
from tests.fakes.wire import Stall
from tests.lsp.asking import ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import RunningRequest
from tests.lsp.test_chat_remote import AtOnce
from tests.user_file import user_file, write_user_file

Tables = Mapping[str, Mapping[str, object]]
Change = Callable[[EditorClient, Tables], None]

ALONE: Tables = {"embedded": {"enabled": False}}
SLOW = paced(answers.chat(), 0.1)
HELD = cut_after(answers.chat(), 3, Stall())
"""Begins, and goes on until somebody stops it."""


@pytest.fixture(params=["editor", "user file"])
def change(request: pytest.FixtureRequest, home: dict[str, str]) -> Change:
    """Replaces the settings from where the user makes them."""

    def by_editor(client: EditorClient, tables: Tables) -> None:
        backends = {
            table.partition(".")[2]: values for table, values in tables.items() if table.startswith("backends.")
        }
        rest = {table: values for table, values in tables.items() if table and not table.startswith("backends.")}
        inhouse: Mapping[str, object] = {"backends": backends, **rest, **tables.get("", {})}
        client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings={"inhouse": inhouse}))

    def by_file(_client: EditorClient, tables: Tables) -> None:
        write_user_file(home, tables)

    return by_editor if request.param == "editor" else by_file


async def streaming(client: EditorClient, number: int = 2) -> list[RunningRequest]:
    chats = [client.start_chat(ask(f"early {each}")) for each in range(number)]
    for chat in chats:
        await chat.partial(1)
    return chats


async def test_each_change_takes_effect_with_the_next_chat(
    start_client: StartClient, change: Change, subtests: pytest.Subtests
) -> None:
    """Another server, another model, another kind, one after the other, with chats under way each time."""
    models = Knobs(models=(FakeModel("small"), FakeModel("large")), event_seconds=0.05)
    with fake_vllm(models) as vllm, fake_ollama(models) as ollama:
        steps: dict[str, tuple[Tables, str]] = {
            "url": ({**ALONE, "backends.lab": {"url": ollama.url}}, "lab|small"),
            "model": ({**ALONE, "backends.lab": {"url": ollama.url}, "": {"model": "lab|large"}}, "lab|large"),
            "kind": ({**ALONE, "backends.lab": {"url": ollama.url, "kind": "openai"}}, "lab|small"),
            "name": ({**ALONE, "backends.other": {"url": vllm.url}}, "other|small"),
        }
        async with start_client() as client:
            model = "lab|small"
            change(client, {**ALONE, "backends.lab": {"url": vllm.url}})
            for name, (tables, expected) in steps.items():
                with subtests.test(name):
                    under_way = await streaming(client)
                    changes = len(client.notified("inhouse/modelsChanged"))
                    change(client, tables)
                    assert (await client.chat(ask("late"))).result["model"] == expected
                    ends = await asyncio.gather(*(chat.chat() for chat in under_way))
                    assert [end.result["model"] for end in ends] == [model] * 2
                    assert {end.text for end in ends} == {"Hello from the fake server."}
                    await client.notification("inhouse/modelsChanged", changes + 1)
                    model = expected
        ways = [one.request.route for one in ollama.exchanges() if one.request.route in (CHAT, "POST /api/chat")]
    late = ways.index(CHAT)
    assert set(ways[:late]) == {"POST /api/chat"}, "Ollama's own way, until the settings name another kind"


async def test_key_that_changes_is_sent_with_the_next_chat(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend(chat=SLOW) as backend:
        keys = {"OLD_KEY": "sk-old-4711", "NEW_KEY": "sk-new-4711"}
        write_user_file(home, {**ALONE, "backends.lab": {"url": backend.url, "api_key_env": "OLD_KEY"}})
        async with start_client(env=home | keys) as client:
            under_way = await streaming(client)
            backend.answer(CHAT, locked("sk-new-4711", SLOW))
            write_user_file(home, {**ALONE, "backends.lab": {"url": backend.url, "api_key_env": "NEW_KEY"}})
            assert (await client.chat(ask())).text == HELLO
            assert [(await chat.chat()).text for chat in under_way] == [HELLO] * 2
        sent = [one.request.header("authorization") for one in backend.exchanges(CHAT)]
    assert sent == ["Bearer sk-old-4711"] * 2 + ["Bearer sk-new-4711"]


async def test_air_gap_that_comes_keeps_the_next_chat_in_the_house(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=SLOW) as cloud, FakeBackend() as house:
        tables = {
            **ALONE,
            "backends.cloud": {"url": cloud.url, "zone": "cloud"},
            "backends.house": {"url": house.url},
            "routing": {"order": ["cloud", "house"]},
        }
        write_user_file(home, tables)
        async with start_client() as client:
            under_way = await streaming(client)
            write_user_file(home, {**tables, "privacy": {"air_gapped": True}})
            assert (await client.chat(ask())).result["backend"] == "house"
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(model=f"cloud|{answers.MODEL}"))
            assert caught.value.kind == "policy"
            assert [(await chat.chat()).text for chat in under_way] == [HELLO] * 2
        assert len(cloud.exchanges(CHAT)) == 2


async def test_change_of_other_settings_lets_no_more_requests_to_a_server(
    start_client: StartClient, home: dict[str, str]
) -> None:
    at_once = AtOnce()
    with FakeBackend(chat=at_once.counted(paced(answers.chat(), 0.02))) as backend:
        lab: Tables = {"backends.lab": {"url": backend.url, "max_concurrency": 2}}
        async with start_client() as client:
            chats: list[RunningRequest] = []
            for number in range(8):
                write_user_file(home, {**ALONE, **lab, "tokens": {"minimum_output": 100 + number}})
                chats.append(client.start_chat(ask()))
                await chats[number // 2].partial(1)
            assert [(await chat.chat()).text for chat in chats] == [HELLO] * 8
        assert at_once.most == 2


async def test_connection_and_turn_of_replaced_settings_are_given_back(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend(chat=HELD) as old, FakeBackend() as new:
        async with start_client() as client:
            for number in range(3):
                write_user_file(home, {**ALONE, "backends.lab": {"url": old.url, "max_concurrency": 1}})
                held = client.start_chat(ask())
                await held.partial(1)
                write_user_file(home, {**ALONE, "backends.lab": {"url": new.url, "max_concurrency": 1}})
                assert (await client.chat(ask())).text == HELLO
                held.cancel()
                assert await old.exchanges(CHAT)[number].closed_by_client_async(1.0)
                with pytest.raises(ResponseError, match="cancelled"):
                    await held.result(1.0)
            user_file(home).unlink()
        assert len({one.request.connection for one in new.exchanges(CHAT)}) == 3, "none is kept for settings that went"

"""Settings that change while the server runs."""

import asyncio
import random
from collections.abc import Mapping

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import paced
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.asking import ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import RunningRequest
from tests.user_file import user_file, write_user_file


def change(client: EditorClient, settings: object) -> None:
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))


def tgi(url: str) -> dict[str, object]:
    return {"huggingface": {"customTGIEndpoint": url}}


def lab(url: str, name: str = "lab", zone: str = "") -> dict[str, dict[str, object]]:
    return {f"backends.{name}": {"url": url, "zone": zone}}


async def test_new_url_is_used_by_the_next_chat_while_the_one_under_way_ends_on_the_old(
    start_client: StartClient,
) -> None:
    with FakeBackend(chat=paced(answers.chat(), 0.1)) as old, FakeBackend(chat=answers.chat(("new",))) as new:
        async with start_client(settings=tgi(old.url)) as client:
            under_way = client.start_chat(ask())
            await under_way.partial(1)
            before = len(client.notified("inhouse/modelsChanged"))
            change(client, tgi(new.url))
            assert (await client.chat(ask())).text == "new"
            assert (await under_way.chat()).text == HELLO
            await client.notification("inhouse/modelsChanged", before + 1, 5)
        assert len(old.exchanges(CHAT)) == 1


async def test_editor_layer_is_replaced_as_a_whole(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend.url) | {"inhouse": {"tokens": {"outputRatio": 0.125}}}) as client:
            change(client, tgi(backend.url))
            (model,) = (await client.request("inhouse/models"))["models"]
            assert model["maxOutputTokens"] == answers.CONTEXT_LENGTH // 4
            change(client, {"inhouse": {"embedded": {"enabled": False}}})
            assert (await client.request("inhouse/status"))["backends"] == []


async def test_change_that_brings_nothing_along_makes_the_server_pull(
    start_client: StartClient, subtests: pytest.Subtests
) -> None:
    with FakeBackend() as old, FakeBackend(chat=answers.chat(("new",))) as new:
        async with start_client(configuration=tgi(old.url)) as client:
            for nothing in (None, {}, {"somebody.elses": 1}):
                with subtests.test(settings=nothing):
                    for backend, text in ((new, "new"), (old, HELLO)):
                        client.set_configuration({"customTGIEndpoint": backend.url}, section="huggingface")
                        changes = len(client.notified("inhouse/modelsChanged"))
                        change(client, nothing)
                        await client.notification("inhouse/modelsChanged", changes + 1, 5)
                        assert (await client.chat(ask())).text == text


async def test_client_that_has_no_settings_changes_nothing(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend.url), configuration={}) as client:
            change(client, None)
            assert (await client.chat(ask())).text == HELLO


GARBAGE: Mapping[str, Mapping[str, object]] = {
    "a number for a section": {"inhouse": 5},
    "a number for a table": {"inhouse": {"backends": 7}},
    "a wrong url": {"inhouse": {"backends": {"lab": {"url": "ftp://somewhere"}}}},
    "an unknown key": {"inhouse": {"backendz": {}}},
    "a wrong old setting": {"huggingface": {"customTGIEndpoint": 5}},
    "a word for the old section": {"huggingface": "tgi"},
    "neither yes nor no": {"inhouse": {"privacy": {"redactSecrets": "perhaps"}}},
}


async def test_settings_that_make_no_sense_leave_the_working_ones_in_force_and_are_told(
    start_client: StartClient, subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        good: dict[str, object] = {"inhouse": {"backends": {"lab": {"url": backend.url}}}} | tgi(backend.url)
        async with start_client(settings=good) as client:
            for name, bad in GARBAGE.items():
                with subtests.test(name):
                    told = len(client.notified(types.WINDOW_SHOW_MESSAGE))
                    change(client, good | dict(bad))
                    assert (await client.chat(ask(model=f"lab|{answers.MODEL}"))).text == HELLO
                    assert (await client.chat(ask(model=f"tgi|{answers.MODEL}"))).text == HELLO
                    await client.notification(types.WINDOW_SHOW_MESSAGE, told + 1, 5)
                    change(client, good)


async def test_user_file_edited_on_disk_is_noticed_at_the_next_request(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as old, FakeBackend(chat=answers.chat(("new",))) as new:
        async with start_client() as client:
            write_user_file(home, lab(old.url))
            assert (await client.chat(ask())).text == HELLO
            write_user_file(home, lab(new.url))
            assert (await client.chat(ask())).text == "new"
            user_file(home).unlink()
            assert [one["name"] for one in (await client.request("inhouse/status"))["backends"]] == ["embedded"]


async def test_user_file_broken_on_disk_keeps_its_last_valid_settings_and_names_the_line(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as backend:
        write_user_file(home, lab(backend.url))
        async with start_client() as client:
            await client.chat(ask())
            user_file(home).write_text("[backends.lab]\nurl = \n")
            assert (await client.chat(ask())).text == HELLO
            told = await client.notification(types.WINDOW_SHOW_MESSAGE, 1, 5)
            assert f"{user_file(home)}:2" in told["message"]


@pytest.mark.parametrize("there", [True, False])
async def test_policy_that_is_named_refuses_everything_before_any_request(
    start_client: StartClient, home: dict[str, str], there: bool
) -> None:
    policy = user_file(home).with_name("policy.toml")
    policy.parent.mkdir(parents=True)
    if there:
        policy.write_text("air_gapped = true\n")
    with FakeBackend() as backend:
        async with start_client(env=home | {"INHOUSE_POLICY": str(policy)}, settings=tgi(backend.url)) as client:
            for method, params in {
                "inhouse/chat": ask(),
                "inhouse/countTokens": {"model": f"tgi|{answers.MODEL}", "text": "a secret"},
            }.items():
                with pytest.raises(ResponseError) as caught:
                    await client.request(method, params)
                assert caught.value.kind == "policy"
                assert caught.value.data["hint"]
            listed = await client.request("inhouse/models", {"refresh": True})
            assert listed["models"] == []
            assert {problem["kind"] for problem in listed["problems"]} == {"policy"}
            assert "policy" in (await client.request("inhouse/status"))["policy"]
        assert not backend.exchanges()


async def test_air_gap_lets_nothing_go_to_a_cloud_backend(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as cloud, FakeBackend() as local:
        tables = lab(cloud.url, zone="cloud") | lab(local.url, "house") | {"privacy": {"air_gapped": True}}
        write_user_file(home, tables)
        async with start_client() as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(model=f"lab|{answers.MODEL}"))
            assert caught.value.kind == "policy"
            assert (await client.chat(ask())).result["backend"] == "house"
            status = await client.request("inhouse/status")
            assert status["airGapped"] is True
            assert {one["name"]: one["zone"] for one in status["backends"]} | {"embedded": ""} == {
                "lab": "cloud",
                "house": "local",
                "embedded": "",
            }
        assert not cloud.exchanges()


async def test_air_gap_switched_off_by_the_editor_stays_on(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as cloud:
        tables = lab(cloud.url, zone="cloud") | {"privacy": {"air_gapped": True}}
        write_user_file(home, tables)
        async with start_client(settings={"inhouse": {"privacy": {"airGapped": False}}}) as client:
            with pytest.raises(ResponseError, match="air_gapped"):
                await client.chat(ask(model=f"lab|{answers.MODEL}"))
        assert not cloud.exchanges()


async def test_hundred_changes_while_chatting_spoil_no_chat(start_client: StartClient) -> None:
    order = random.Random(4711)
    with FakeBackend(chat=paced(answers.chat(), 0.01)) as one, FakeBackend(chat=paced(answers.chat(), 0.01)) as two:
        async with start_client(settings=tgi(one.url)) as client:
            chats: list[RunningRequest] = []
            backend = one
            for number in range(100):
                backend = order.choice([one, two])
                change(client, tgi(backend.url))
                if number % 5 == 4:
                    chats.append(client.start_chat(ask(f"question {number}")))
                    await chats[order.randrange(len(chats))].partial(1)
            texts = [chat.text for chat in await asyncio.gather(*(chat.chat() for chat in chats))]
        questions = [each.request.json["messages"][0]["content"] for each in backend.exchanges(CHAT)]
        arrived = len(one.exchanges(CHAT)) + len(two.exchanges(CHAT))
    assert (texts, arrived) == ([HELLO] * 20, 20)
    assert "question 99" in questions

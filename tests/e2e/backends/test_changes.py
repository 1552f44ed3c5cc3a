"""Servers that are slow, empty, loading or not there yet: all of them at once, in one editor."""

import asyncio
import json
from collections.abc import Generator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from inhouse.config.schema import BackendSettings
from tests.e2e.backends.lab import Lab, labs, turned
from tests.e2e.backends.listing import requests_until_listed
from tests.e2e.running import run_inhouse
from tests.e2e.servers.under_test import REAL
from tests.fakes.door import Door
from tests.fakes.kinds.knobs import TEXTS
from tests.fakes.kinds.under_test import FAKES, MOST_REQUESTS, ServerUnderTest
from tests.lsp.plain_json import JsonObject, ResponseError

PREFILL = 12.0
"""Seconds to a fake's first token, and many times what anything but `first_token_timeout` is set to beside it."""

ONE_MODEL = frozenset({"tgi", "llamacpp", "sglang"})
"""Software that cannot run without a model."""

Servers = dict[str, ServerUnderTest]


@pytest.fixture
def servers() -> Generator[Servers]:
    with ExitStack() as stack:
        yield {start.name: stack.enter_context(start.open()) for start in FAKES}


async def listed(lab: Lab) -> list[JsonObject]:
    return (await lab.client.request("inhouse/models"))["models"]


async def test_what_a_server_is_costs_it_few_requests(tmp_path: Path, servers: Servers) -> None:
    async with labs(tmp_path, servers) as each:
        anyone = next(iter(each.values()))
        models = await listed(anyone)
        assert {model["backend"] for model in models} == {lab.name for lab in each.values()}
        for lab in each.values():
            requests = requests_until_listed(lab.server)
            assert requests <= MOST_REQUESTS
            lab.row.found("requests", str(requests))
        run = await asyncio.to_thread(run_inhouse, anyone.home, "models", "--json")
        assert [model["id"] for model in json.loads(run.stdout)["models"]] == [model["id"] for model in models]
        run = await asyncio.to_thread(run_inhouse, anyone.home, "doctor", "--json")
        told = {check["name"]: check["detail"] for check in json.loads(run.stdout)["checks"]}
        for lab in each.values():
            status = await lab.status()
            assert told[f"{lab.name}: server"].endswith(f": {status['evidence']}"), lab.name


async def test_a_server_without_a_model_is_no_error_and_one_that_gets_a_model_is_noticed(
    tmp_path: Path, servers: Servers
) -> None:
    able = {name: server for name, server in servers.items() if server.kind not in ONE_MODEL}
    with ExitStack() as emptied:
        for server in able.values():
            emptied.enter_context(turned(server.fake, models=()))
        async with labs(tmp_path, able) as each:
            anyone = next(iter(each.values()))
            answer = await anyone.client.request("inhouse/models")
            assert (answer["models"], answer["default"]) == ([], None)
            assert answer["problems"] == []
            with pytest.raises(ResponseError) as caught:
                await anyone.chat("Hi")
            assert caught.value.kind == "model_not_found"
            emptied.close()
            for lab in each.values():
                assert (await lab.chat("Hi")).text, lab.name
            assert anyone.client.notified("inhouse/modelsChanged")


async def test_a_server_that_loads_its_model_is_waited_for(tmp_path: Path, servers: Servers) -> None:
    server = servers["llamacpp"]
    with ExitStack() as loading:
        loading.enter_context(turned(server.fake, loading=True))
        async with labs(tmp_path, {"llamacpp": server}) as each:
            lab = each["llamacpp"]
            assert (await lab.status())["state"] == "loading"
            running = lab.start_chat("Hi")
            await lab.client.pulse.until(lambda: any("loading" in str(value) for value in running.progress))
            loading.close()
            assert (await running.chat()).text == "".join(TEXTS)


async def test_a_server_that_comes_later_is_noticed_without_being_asked_for(tmp_path: Path, servers: Servers) -> None:
    async with AsyncExitStack() as stack:
        every = servers | {start.name: stack.enter_context(start.open()) for start in REAL[:1]}
        doors = {name: await stack.enter_async_context(Door(server.url)) for name, server in every.items()}
        urls = {name: door.url for name, door in doors.items()}
        each = await stack.enter_async_context(labs(tmp_path, every, urls))
        anyone = next(iter(each.values()))
        answer = await anyone.client.request("inhouse/models")
        kinds = {problem["backend"]: problem["kind"] for problem in answer["problems"]}
        assert kinds == dict.fromkeys((lab.name for lab in each.values()), "unreachable")
        for door in doors.values():
            await door.open()
        told = len(anyone.client.notified("inhouse/modelsChanged"))
        await anyone.client.notification("inhouse/modelsChanged", told + len(each), seconds=30)
        assert {model["id"] for model in await listed(anyone)} >= {lab.model for lab in each.values()}
        assert {name: (await lab.status())["kind"] for name, lab in each.items()} == {
            name: server.kind for name, server in every.items()
        }


async def test_a_first_token_may_take_as_long_as_it_takes(tmp_path: Path, servers: Servers) -> None:
    """No limit but `first_token_timeout`, which is a quarter of an hour, cuts it: all the others are a second here."""
    assert BackendSettings(url="http://127.0.0.1").first_token_timeout == 900
    short = {"idle_timeout": 1, "connect_timeout": 1, "max_concurrency": 8}
    async with labs(tmp_path, servers, settings=short) as each:
        await listed(next(iter(each.values())))
        with ExitStack() as slow:
            for lab in each.values():
                slow.enter_context(turned(lab.server.fake, prefill_seconds=PREFILL))
            running = {name: lab.start_chat("Hi") for name, lab in each.items()}
            chats = await asyncio.gather(*(request.chat() for request in running.values()))
    for name, chat in zip(running, chats, strict=True):
        assert chat.text == "".join(TEXTS), name
        assert chat.result["timing"]["firstTokenMs"] >= 1000 * PREFILL
        assert any("(5 s)" in str(value) for value in chat.progress), f"{name}: {chat.progress}"

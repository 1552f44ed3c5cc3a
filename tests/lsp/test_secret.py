"""Keys that the editor keeps: asked for when a server wants one, sent to it only, and never asked for in vain."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.fakes import answers, file_keyring
from tests.fakes.behaviours import json_reply, locked
from tests.fakes.faults import HELLO, KEY, check_words
from tests.fakes.server import CHAT, MODELS, FakeBackend
from tests.lsp.asking import ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.unit.inference.keys.test_command import program
from tests.user_file import write_user_file

LAB = ask(model=f"lab|{answers.MODEL}")
SECRETS = {"secrets": True}
BAD = "sk-bad-0987654321"


def guarded() -> FakeBackend:
    return FakeBackend(models=locked(KEY, answers.models()), chat=locked(KEY, answers.chat()))


def configure(home: dict[str, str], backend: FakeBackend, **settings: object) -> None:
    write_user_file(home, {"backends.lab": {"url": backend.url, **settings}, "routing": {"fallback": False}})


def asked(client: EditorClient) -> list[JsonObject]:
    return [params for method, params in client.requests if method == "inhouse/secret"]


def having(value: object) -> Callable[[JsonObject], Awaitable[object]]:
    async def secret(_params: JsonObject) -> object:
        return value

    return secret


def keys(backend: FakeBackend) -> list[str | None]:
    return [one.request.header("authorization") for one in backend.exchanges()]


async def refused(client: EditorClient) -> str:
    with pytest.raises(ResponseError) as caught:
        await client.chat(LAB)
    assert caught.value.kind == "unauthorized"
    words = f"{caught.value.message} {caught.value.data['hint']}"
    check_words(words)
    return words


async def test_waiting_chat_goes_on_with_the_key_that_the_editor_has(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with guarded() as lab, FakeBackend() as other:
        tables = {"backends.lab": {"url": lab.url}, "backends.other": {"url": other.url}}
        write_user_file(home, tables)
        async with start_client(options=SECRETS) as client:
            client.secret = having(KEY)
            assert (await client.chat(LAB)).text == HELLO
            assert (await client.chat(LAB)).text == HELLO
            await client.chat(ask(model=f"other|{answers.MODEL}"))
            assert asked(client) == [{"backend": "lab", "origin": lab.url, "reason": "missing"}]
            await client.notification("inhouse/modelsChanged")
            assert KEY not in client.stderr
        assert keys(lab)[0] is None
        assert set(keys(lab)[1:]) == {f"Bearer {KEY}"}
        assert set(keys(other)) == {None}


async def test_many_chats_ask_once(start_client: StartClient, home: dict[str, str]) -> None:
    with guarded() as lab:
        configure(home, lab)
        async with start_client(options=SECRETS) as client:
            client.secret = having(KEY)
            chats = await asyncio.gather(*(client.chat(LAB) for _ in range(4)))
            assert [chat.text for chat in chats] == [HELLO] * 4
            assert len(asked(client)) == 1


async def test_rejected_key_is_asked_for_anew(start_client: StartClient, home: dict[str, str]) -> None:
    with guarded() as lab:
        configure(home, lab, api_key_env="LAB_KEY")
        async with start_client(env=home | {"LAB_KEY": BAD}, options=SECRETS) as client:
            client.secret = having(KEY)
            assert (await client.chat(LAB)).text == HELLO
            assert [params["reason"] for params in asked(client)] == ["rejected"]


async def test_nobody_is_asked_twice_until_something_changes(start_client: StartClient, home: dict[str, str]) -> None:
    with guarded() as lab:
        configure(home, lab)
        async with start_client(options=SECRETS) as client:
            words = await refused(client)
            assert "inhouse secret set lab" in words
            await refused(client)
            await client.request("inhouse/status")
            assert len(asked(client)) == 1
            configure(home, lab, idle_timeout=61)
            client.secret = having(KEY)
            assert (await client.chat(LAB)).text == HELLO


@pytest.mark.parametrize("options", [{}, {"secrets": False}, {"secrets": "yes"}])
async def test_editor_without_a_secret_store_is_never_asked(
    start_client: StartClient, home: dict[str, str], options: dict[str, object]
) -> None:
    with guarded() as lab:
        configure(home, lab)
        async with start_client(options=options) as client:
            await refused(client)
            assert asked(client) == []


@pytest.mark.parametrize("value", [None, "", "  ", 5, {"value": KEY}])
async def test_answer_that_is_no_key_is_a_no(start_client: StartClient, home: dict[str, str], value: object) -> None:
    with guarded() as lab:
        configure(home, lab)
        async with start_client(options=SECRETS) as client:
            client.secret = having(value)
            await refused(client)
            assert len(asked(client)) == 1
        assert set(keys(lab)) == {None}


@pytest.mark.parametrize("status", [400, 401, 403, 500])
async def test_key_is_not_shown_when_the_server_echoes_it(
    start_client: StartClient, home: dict[str, str], status: int
) -> None:
    """The header in base64 is what some gateways log, and quote."""
    coded = b64encode(f"Bearer {KEY}".encode()).decode()
    said = f"bad request with {KEY} {quote(KEY)} {coded}"
    with FakeBackend(chat=json_reply({"error": {"message": said}}, status=status)) as lab:
        configure(home, lab, api_key_env="LAB_KEY")
        async with start_client(env=home | {"LAB_KEY": KEY, "INHOUSE_LOG_LEVEL": "debug"}) as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(LAB)
            assert KEY not in f"{caught.value}{client.stderr}"
            assert coded[12:-4] not in f"{caught.value}{client.stderr}"


async def test_list_of_models_does_not_wait_for_a_person(start_client: StartClient, home: dict[str, str]) -> None:
    """Who types a key for one server sees the models of all others meanwhile, and then the rest."""
    with guarded() as lab, FakeBackend() as other:
        write_user_file(home, {"backends.lab": {"url": lab.url}, "backends.other": {"url": other.url}})
        async with start_client(options=SECRETS) as client:
            answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

            client.secret = lambda _params: answer
            listed = await client.request("inhouse/models")
            assert {model["backend"] for model in listed["models"]} == {"other"}
            assert {problem["kind"] for problem in listed["problems"] if problem["backend"] == "lab"} == {
                "unauthorized"
            }
            answer.set_result(KEY)
            await client.notification("inhouse/modelsChanged")
            listed = await client.request("inhouse/models")
            assert {model["backend"] for model in listed["models"]} == {"lab", "other"}


async def test_key_from_a_command_is_renewed_when_it_is_refused(
    start_client: StartClient, home: dict[str, str], tmp_path: Path
) -> None:
    sso = program(tmp_path, f"test -e {tmp_path}/in && echo {KEY} || echo {BAD}; echo {KEY} >&2")
    with guarded() as lab:
        configure(home, lab, api_key_command=[sso, "token"])
        async with start_client(options=SECRETS) as client:
            assert "api_key_command" in await refused(client)
            (tmp_path / "in").touch()
            assert (await client.chat(LAB)).text == HELLO
            assert asked(client) == []
            assert KEY not in client.stderr
        assert len(lab.exchanges(CHAT)) == 1
        assert len(lab.exchanges(MODELS)) >= 3


async def test_key_that_is_put_into_the_keyring_counts_without_a_restart(
    start_client: StartClient, home: dict[str, str], tmp_path: Path
) -> None:
    (ring := tmp_path / "ring").mkdir()
    env = home | file_keyring.environment(ring)
    with guarded() as lab:
        configure(home, lab)
        async with start_client(env=env) as client:
            await refused(client)
            assert file_keyring.uses(ring) == []
            process = await asyncio.create_subprocess_exec(
                *("inhouse", "secret", "set", "lab"), stdin=asyncio.subprocess.PIPE, env=env, cwd=tmp_path
            )
            await process.communicate(KEY.encode())
            assert process.returncode == 0
            assert (await client.chat(LAB)).text == HELLO

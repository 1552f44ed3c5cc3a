"""Keys go to the origin they were given for, and to nobody else; nothing is taken from the surroundings."""

from pathlib import Path

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import locked, redirect
from tests.fakes.faults import HELLO, KEY, check_words
from tests.fakes.server import CHAT, MODELS, FakeBackend
from tests.lsp.asking import ask
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.user_file import write_user_file

LAB = ask(model=f"lab|{answers.MODEL}")


def all_headers(backend: FakeBackend) -> str:
    return str([one.request.headers for one in backend.exchanges()])


async def test_key_named_beside_a_url_is_sent_there_and_to_no_other_backend(
    start_client: StartClient, home: dict[str, str]
) -> None:
    models, chat = locked(KEY, answers.models()), locked(KEY, answers.chat())
    with FakeBackend(models=models, chat=chat) as lab, FakeBackend() as other:
        tables = {"backends.lab": {"url": lab.url, "api_key_env": "LAB_KEY"}, "backends.other": {"url": other.url}}
        write_user_file(home, tables)
        async with start_client(env=home | {"LAB_KEY": KEY}) as client:
            assert (await client.chat(LAB)).text == HELLO
            await client.chat(ask(model=f"other|{answers.MODEL}"))
            shown = str([await client.request(f"inhouse/{name}") for name in ("status", "models")])
        assert all(one.request.header("authorization") == f"Bearer {KEY}" for one in lab.exchanges())
        assert "authorization" not in all_headers(other)
    assert KEY not in shown + client.stderr + all_headers(other)


async def test_key_goes_in_the_header_and_scheme_that_a_gateway_wants(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as backend:
        gateway = {"url": backend.url, "api_key_env": "LAB_KEY", "api_key_header": "api-key", "api_key_scheme": ""}
        write_user_file(home, {"backends.lab": gateway})
        async with start_client(env=home | {"LAB_KEY": KEY}) as client:
            await client.chat(LAB)
        headers = dict(backend.wait_for(CHAT).request.headers)
    assert headers["api-key"] == KEY
    assert "authorization" not in headers


@pytest.mark.parametrize("layer", ["editor", "environment"])
async def test_key_does_not_follow_a_backend_that_a_later_layer_moves(
    start_client: StartClient, home: dict[str, str], layer: str
) -> None:
    with FakeBackend() as first, FakeBackend() as second:
        write_user_file(home, {"backends.lab": {"url": first.url, "api_key_env": "LAB_KEY"}})
        env = home | {"LAB_KEY": KEY}
        settings: dict[str, object] = {}
        if layer == "editor":
            settings = {"inhouse": {"backends": {"lab": {"url": second.url}}}}
        else:
            env["INHOUSE_BACKENDS__LAB__URL"] = second.url
        async with start_client(env=env, settings=settings) as client:
            assert (await client.chat(LAB)).text == HELLO
        assert not first.exchanges()
        assert "authorization" not in all_headers(second)
        assert KEY not in all_headers(second)


async def test_editor_cannot_name_the_variable_of_a_key(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        settings = {"inhouse": {"backends": {"lab": {"url": backend.url, "apiKeyEnv": "LAB_KEY"}}}}
        async with start_client(env=home | {"LAB_KEY": KEY}, settings=settings) as client:
            assert (await client.chat(LAB)).text == HELLO
        assert KEY not in all_headers(backend)


@pytest.mark.parametrize("route", [MODELS, CHAT])
async def test_redirect_is_not_followed(start_client: StartClient, home: dict[str, str], route: str) -> None:
    with FakeBackend() as elsewhere, FakeBackend() as backend:
        backend.answer(route, redirect(elsewhere.url + route.partition(" ")[2]))
        tables = {"backends.lab": {"url": backend.url, "api_key_env": "LAB_KEY"}, "routing": {"fallback": False}}
        write_user_file(home, tables)
        async with start_client(env=home | {"LAB_KEY": KEY}) as client:
            with pytest.raises(ResponseError, match="redirect"):
                await client.chat(LAB)
        assert not elsewhere.exchanges()


async def test_proxy_variables_and_netrc_are_not_used(start_client: StartClient, home: dict[str, str]) -> None:
    netrc = Path(home["HOME"], ".netrc")
    netrc.write_text(f"machine 127.0.0.1 login somebody password {KEY}\n")
    netrc.chmod(0o600)
    with FakeBackend() as proxy, FakeBackend() as backend:
        names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
        env = home | dict.fromkeys(names, proxy.url) | {"NETRC": str(netrc), "SSL_CERT_FILE": "/nowhere.pem"}
        async with start_client(env=env, settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            assert (await client.chat(ask())).text == HELLO
        assert not proxy.exchanges()
        assert "authorization" not in all_headers(backend)


async def test_token_in_the_environment_creates_no_backend_and_is_sent_nowhere(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as backend:
        settings = {"huggingface": {"customTGIEndpoint": backend.url}}
        async with start_client(env=home | {"HF_TOKEN": KEY}, settings=settings) as client:
            await client.chat(ask())
            status = await client.request("inhouse/status")
        assert [one["name"] for one in status["backends"]] == ["tgi", "embedded"]
        assert KEY not in all_headers(backend)


async def test_key_that_is_no_key_is_said_without_being_shown(start_client: StartClient, home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        tables = {"backends.lab": {"url": backend.url, "api_key_env": "LAB_KEY"}, "routing": {"fallback": False}}
        write_user_file(home, tables)
        async with start_client(env=home | {"LAB_KEY": f"{KEY}\nX-Other: 1"}) as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(LAB)
        assert not backend.exchanges()
    assert caught.value.kind == "invalid_config"
    assert "LAB_KEY" in caught.value.message
    check_words(f"{caught.value.message} {caught.value.data['hint']}")
    assert KEY not in client.stderr

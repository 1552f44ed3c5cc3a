"""A key that an editor sends along with the user's code does not reach the backend."""

import json

from tests.fakes import answers
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.asking import ask, notices
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject

CANARY = "k3JxP9vQ2mZt"
QUESTION = f'What is wrong here?\napi_key = "{CANARY}"'


def lab(backend: FakeBackend, *, redact: bool | None = None) -> JsonObject:
    privacy = {} if redact is None else {"privacy": {"redactSecrets": redact}}
    return {"inhouse": {"backends": {"lab": {"url": backend.url}}, **privacy}}


async def test_backend_gets_a_placeholder_and_the_user_is_told(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=lab(backend)) as client:
            chat = await client.chat(ask(QUESTION))
    (sent,) = backend.exchanges(CHAT)
    assert CANARY not in json.dumps(sent.request.json)
    assert "INHOUSE_SECRET_" in json.dumps(sent.request.json)
    assert any("looks like a credential" in notice for notice in notices(chat))
    assert chat.text == "".join(answers.TEXTS)


async def test_editor_cannot_switch_it_off(start_client: StartClient) -> None:
    """Its settings may be a stranger's."""
    with FakeBackend() as backend:
        async with start_client(settings=lab(backend, redact=False)) as client:
            await client.chat(ask(QUESTION))
    assert CANARY not in json.dumps([exchange.request.json for exchange in backend.exchanges(CHAT)])

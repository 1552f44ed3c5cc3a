"""`inhouse.selectModel`: the model of this connection."""

import pytest

from tests.fakes import answers
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.asking import ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError


def two(backend: FakeBackend) -> JsonObject:
    backend.answer("GET /v1/models", answers.models("acme/one", "acme/two"))
    backend.answer(CHAT, lambda request: answers.chat(("Hi",), model=request.json["model"])(request))
    return {"huggingface": {"customTGIEndpoint": backend.url}}


async def select(client: EditorClient, **argument: object) -> JsonObject:
    params = {"command": "inhouse.selectModel", "arguments": [argument] if argument else []}
    return await client.request("workspace/executeCommand", params)


async def test_answers_from_then_on_who_names_no_model(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=two(backend)) as client:
            assert await select(client, model="acme/two") == {"model": "tgi|acme/two"}
            assert (await client.chat(ask())).result["model"] == "tgi|acme/two"
            assert (await client.chat(ask(model="tgi|acme/one"))).result["model"] == "tgi|acme/one"
            assert await select(client, model="auto") == {"model": None}
            assert (await client.chat(ask())).result["model"] == "tgi|acme/one"


async def test_asks_the_user_where_none_is_named(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=two(backend)) as client:
            client.choose = lambda _message, titles: titles[1]
            assert await select(client) == {"model": "tgi|acme/two"}
            client.choose = lambda _message, _titles: None
            assert await select(client) == {"model": "tgi|acme/two"}


async def test_a_model_that_is_not_there_changes_nothing(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=two(backend)) as client:
            await select(client, model="tgi|acme/two")
            with pytest.raises(ResponseError) as caught:
                await select(client, model="tgi|acme/three")
            assert caught.value.kind == "model_not_found"
            assert (await client.chat(ask())).result["model"] == "tgi|acme/two"

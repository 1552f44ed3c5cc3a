"""All replicas are down behind a proxy that still answers."""

import asyncio

import pytest

from tests.e2e.cluster.conftest import Cluster
from tests.e2e.servers.litellm import MODEL
from tests.lsp.asking import ask
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import Chat

RECOVERY = 40.0
"""Seconds: the proxy's cooldown, and the longest that Inhouse leaves a backend in peace after two failures."""


def notices(chat: Chat) -> list[str]:
    return [value["message"] for value in chat.partials if value["kind"] == "notice"]


async def test_without_another_backend_the_failure_is_told(
    user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    async with start_client(env=user) as client:
        cluster.kill_all()
        with pytest.raises(ResponseError) as first:
            await client.chat(ask(maxTokens=1))
        with pytest.raises(ResponseError) as second:
            await client.chat(ask(maxTokens=1))
    assert (first.value.kind, first.value.data["status"]) == ("server_error", 500)
    assert first.value.message.startswith("gpu answered")
    assert second.value.kind in ("server_error", "overloaded")


async def test_the_embedded_model_stands_in_until_the_cluster_is_back(
    user: dict[str, str], home_with_model: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    async with start_client(env=home_with_model | user) as client:
        assert (await client.chat(ask(maxTokens=1))).result["backend"] == "gpu"
        cluster.kill_all()
        chat = await client.chat(ask(maxTokens=3))
        assert (chat.result["backend"], bool(chat.text)) == ("embedded", True)
        assert notices(chat)[0].startswith("gpu ")
        cluster.start_all()
        async with asyncio.timeout(RECOVERY):
            while (chat := await client.chat(ask(maxTokens=1))).result["model"] != f"gpu|{MODEL}":
                assert notices(chat)
    assert not notices(chat)

"""One replica dies under load: who waits does not notice, who reads keeps what came and is told."""

import asyncio
from collections import Counter

from tests.e2e.cluster.conftest import SLOTS, Cluster
from tests.e2e.servers.litellm import COOLDOWN
from tests.e2e.servers.llamacpp_log import served
from tests.e2e.servers.running import RunningServer
from tests.lsp.asking import LONG_STORY, ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import RunningRequest

CHATS = 8
ENOUGH = 10
"""Pieces of text after which an answer has surely begun."""


async def outcome(chat: RunningRequest) -> str:
    try:
        result = (await chat.chat()).result
    except ResponseError as failed:
        return failed.kind or str(failed)
    return result["finishReason"]


async def test_no_request_is_lost_that_had_not_begun(
    user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    load = user | {"INHOUSE_BACKENDS__GPU__MAX_CONCURRENCY": str(CHATS)}
    async with start_client(env=load) as client:
        chats = [
            client.start_chat(ask(f"{number}. {LONG_STORY}", maxTokens=120, temperature=0)) for number in range(CHATS)
        ]
        await client.pulse.until(lambda: sum(len(chat.partials) >= ENOUGH for chat in chats) > SLOTS)
        lost = max(cluster.replicas, key=writing)
        lost.kill()
        begun = [len(chat.partials) > 0 for chat in chats]
        ends = await asyncio.gather(*map(outcome, chats))
        await serves_again(client, lost)
    cut = [chat for chat, end in zip(chats, ends, strict=True) if end == "server_error"]
    assert Counter(ends) in ({"length": CHATS - few, "server_error": few} for few in range(1, SLOTS + 1))
    assert all(chat.partials for chat in cut), "what was streamed stays"
    assert all(end == "length" for end, had_begun in zip(ends, begun, strict=True) if not had_begun)


def writing(replica: RunningServer) -> int:
    with replica.client() as client:
        return sum(slot["is_processing"] for slot in client.get("/slots").json())


async def serves_again(client: EditorClient, lost: RunningServer) -> None:
    lost.start()
    before = lost.log.stat().st_size
    async with asyncio.timeout(10 * COOLDOWN):
        number = 0
        while not served(lost, before):
            number += 1
            await client.chat(ask(f"Count to {number}.", maxTokens=1))

"""A conversation stays on the replica that has its beginning cached, by the replicas' own counts of cached tokens."""

import asyncio
import time
import uuid
from itertools import pairwise
from typing import Any

from tests.e2e.cluster.conftest import Cluster, laptop
from tests.e2e.servers.llamacpp_log import Served, served
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.user_file import write_user_file

TURNS = 6
ENOUGH = 16
"""Throws of a coin, of which one at least comes out otherwise."""
HEAD_OF_A_TEMPLATE = 24
"""Tokens that any two prompts have in common at most: the template's own, and how the questions begin."""


class Conversation:
    """An editor's: it sends all of its history with every turn."""

    def __init__(self, client: EditorClient, **params: object) -> None:
        self._client = client
        self._params = params
        self._subject = uuid.uuid4().int
        self._messages: list[dict[str, Any]] = [
            {"role": "system", "content": f"{self._subject} is the number of this conversation. Answer in a few words."}
        ]

    async def turn(self, cluster: Cluster) -> tuple[int, Served]:
        """Which replica answered, and what that took."""
        sizes = [replica.log.stat().st_size for replica in cluster.replicas]
        self._messages.append({"role": "user", "content": f"Question {len(self._messages)} of {self._subject}: why?"})
        chat = await self._client.chat({"messages": self._messages, "options": {"maxTokens": 8}, **self._params})
        self._messages.append({"role": "assistant", "content": chat.text})
        return await asyncio.to_thread(answered, cluster, sizes)


def answered(cluster: Cluster, since: list[int]) -> tuple[int, Served]:
    """A replica writes its log a moment after its answer."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for number, (replica, size) in enumerate(zip(cluster.replicas, since, strict=True)):
            for answer in served(replica, size):
                return number, answer
        time.sleep(0.02)
    raise AssertionError("no replica has answered")


async def test_every_turn_finds_all_earlier_ones_cached(
    user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    async with start_client(env=user) as client:
        conversation = Conversation(client)
        turns = [await conversation.turn(cluster) for _ in range(TURNS)]
    assert len({number for number, _ in turns}) == 1
    assert turns[0][1].cached <= HEAD_OF_A_TEMPLATE
    for (_, earlier), (_, later) in pairwise(turns):
        assert later.cached >= earlier.prompt - 1, "the prompt is the same up to where the last one ended"


async def test_conversations_by_id_are_spread_and_each_stays(
    user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    homes: dict[Conversation, int] = {}
    async with start_client(env=user) as client:
        while len(set(homes.values())) < len(cluster.replicas):
            assert len(homes) < ENOUGH, "all conversations went to one replica"
            conversation = Conversation(client, conversationId=f"tab-{uuid.uuid4()}")
            homes[conversation], _ = await conversation.turn(cluster)
        again = {conversation: (await conversation.turn(cluster))[0] for conversation in homes}
    assert again == homes


async def test_without_the_header_turns_are_spread_and_the_cache_is_missed(
    home: dict[str, str], user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    write_user_file(home, laptop(cluster.proxy, affinity_header=""))
    async with start_client(env=user) as client:
        conversation = Conversation(client)
        turns = [await conversation.turn(cluster)]
        while turns[-1][0] == turns[0][0]:
            assert len(turns) < ENOUGH, "all turns went to one replica"
            turns.append(await conversation.turn(cluster))
    assert turns[-1][1].cached <= HEAD_OF_A_TEMPLATE

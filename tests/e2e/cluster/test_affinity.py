"""A conversation stays on the replica that has its beginning cached, by the replicas' own counts of cached tokens."""

import uuid
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tests.e2e.cluster.conftest import Cluster, laptop
from tests.e2e.servers.llamacpp_log import Served, served
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.user_file import write_user_file

TURNS = 6
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

    async def turn(self, number: int) -> None:
        question = f"Question {number} of {self._subject}: why?"
        self._messages.append({"role": "user", "content": question})
        chat = await self._client.chat({"messages": self._messages, "options": {"maxTokens": 8}, **self._params})
        self._messages.append({"role": "assistant", "content": chat.text})


async def talk(cluster: Cluster, *conversations: Conversation) -> list[list[list[Served]]]:
    """What each replica served of each conversation: by conversation, replica and turn."""
    found = [[list[Served]() for _ in cluster.replicas] for _ in conversations]
    for number in range(TURNS):
        for conversation, by_replica in zip(conversations, found, strict=True):
            before = [replica.log.stat().st_size for replica in cluster.replicas]
            await conversation.turn(number)
            for replica, size, answers in zip(cluster.replicas, before, by_replica, strict=True):
                answers += served(replica, size)
    return found


def stayed(by_replica: Sequence[Sequence[Served]]) -> bool:
    return sum(1 for answers in by_replica if answers) == 1


async def test_every_turn_finds_all_earlier_ones_cached(
    user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    async with start_client(env=user) as client:
        (by_replica,) = await talk(cluster, Conversation(client))
    turns = [answer for answers in by_replica for answer in answers]
    assert stayed(by_replica)
    assert len(turns) == TURNS
    assert turns[0].cached <= HEAD_OF_A_TEMPLATE
    for earlier, later in pairwise(turns):
        assert later.cached >= earlier.prompt - 1, "the prompt is the same up to where the last one ended"


async def test_conversations_by_id_are_spread_and_each_stays(
    user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    async with start_client(env=user) as client:
        conversations = [Conversation(client, conversationId=f"tab-{number}-{uuid.uuid4()}") for number in range(6)]
        found = await talk(cluster, *conversations)
    assert all(map(stayed, found))
    assert all(any(by_replica[number] for by_replica in found) for number in range(len(cluster.replicas)))


async def test_without_the_header_turns_are_spread_and_caches_missed(
    home: dict[str, str], user: dict[str, str], cluster: Cluster, start_client: StartClient
) -> None:
    write_user_file(home, laptop(cluster.proxy, affinity_header=""))
    async with start_client(env=user) as client:
        found = await talk(cluster, *(Conversation(client) for _ in range(4)))
    assert not all(map(stayed, found))

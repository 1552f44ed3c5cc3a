"""A cluster that says 429 is left alone for as long as it says, and what nobody waits for comes last."""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from inhouse.inference.retry import LONGEST_PAUSE, TRIES
from tests.e2e.cluster.conftest import Cluster, asked, laptop
from tests.e2e.servers.litellm import KEY, litellm
from tests.e2e.servers.running import RunningServer
from tests.lsp.asking import LONG_STORY, ask
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.user_file import write_user_file

A_MINUTE = 2
"""Requests that the proxy lets through to each replica."""
SHORT, LONG = 3, 30
"""Seconds for which it then names none of them: its Retry-After."""


@contextmanager
def limited(folder: Path, replicas: tuple[RunningServer, ...], cooldown: int) -> Generator[RunningServer]:
    """A proxy that has just used up what it may ask of its replicas, and says when to come again."""
    checks = {"optional_pre_call_checks": ["session_affinity", "enforce_model_rate_limits"]}
    with litellm(folder, replicas, router=checks | {"cooldown_time": cooldown}, limits={"rpm": A_MINUTE}) as proxy:
        until = time.monotonic() + 60
        while "retry-after" not in (refused := post(proxy)).headers:
            assert time.monotonic() < until, refused.text
        yield proxy


def post(proxy: RunningServer) -> httpx.Response:
    body = {"model": proxy.model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    with proxy.client() as client:
        return client.post("/v1/chat/completions", json=body)


async def test_a_pause_within_reason_is_made_and_tries_are_few(
    home: dict[str, str], tmp_path: Path, running_replicas: tuple[RunningServer, ...], start_client: StartClient
) -> None:
    with limited(tmp_path / "proxy", running_replicas, SHORT) as proxy:
        write_user_file(home, laptop(proxy))
        async with start_client(env=home | {"LLM_KEY": KEY}) as client:
            await client.request("inhouse/models")
            while "retry-after" not in post(proxy).headers:
                pass
            began, before = time.monotonic(), proxy.log.stat().st_size
            with suppress(ResponseError):  # by then a minute may have passed, or not
                await client.chat(ask(maxTokens=1))
        first, *later = asked(proxy, before)
    assert time.monotonic() - began >= SHORT
    assert first == 429
    assert 1 <= len(later) < TRIES


async def test_a_longer_pause_is_the_users_to_make(
    home: dict[str, str], tmp_path: Path, running_replicas: tuple[RunningServer, ...], start_client: StartClient
) -> None:
    with limited(tmp_path / "proxy", running_replicas, LONG) as proxy:
        write_user_file(home, laptop(proxy))
        before = proxy.log.stat().st_size
        async with start_client(env=home | {"LLM_KEY": KEY}) as client:
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask(maxTokens=1))
    assert caught.value.kind == "overloaded"
    assert LONGEST_PAUSE < caught.value.data["retryAfter"] <= LONG
    assert asked(proxy, before) == [429]


async def test_a_title_waits_for_the_chats(user: dict[str, str], cluster: Cluster, start_client: StartClient) -> None:
    async with start_client(env=user | {"INHOUSE_BACKENDS__GPU__MAX_CONCURRENCY": "1"}) as client:
        running = client.start_chat(ask(LONG_STORY, maxTokens=80))
        await running.partial(1)
        title = client.start_chat(ask("Name this.", maxTokens=2) | {"purpose": "background"})
        chat = client.start_chat(ask(maxTokens=40))
        await chat.chat()
        assert not title.partials
        assert (await title.chat()).text

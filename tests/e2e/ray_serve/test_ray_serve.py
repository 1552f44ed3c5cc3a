"""Ray Serve LLM, with nothing told about it but its URL, and as docs/deploy tells it."""

import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.servers.ray_serve import ray_serve
from tests.e2e.servers.running import RunningServer
from tests.e2e.servers.vllm import converted
from tests.lsp.conftest import StartClient, start_client, workspace
from tests.user_file import write_user_file

__all__ = ["start_client", "workspace"]

BLOCK = 128
"""Tokens that vLLM caches at once on the CPU."""
INTRODUCTION = "This is a long introduction about lighthouses. " * 25


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, embedded_model: Path) -> Generator[RunningServer]:
    folder = tmp_path_factory.mktemp("ray")
    with ray_serve(folder / "serve", converted(folder, embedded_model)) as server:
        yield server


async def test_its_model_has_the_context_length_that_its_list_says(
    home: dict[str, str], cluster: RunningServer, start_client: StartClient
) -> None:
    write_user_file(home, {"backends.ray": {"url": cluster.url}})
    async with start_client() as client:
        (model,) = (await client.request("inhouse/models"))["models"]
        chat = await client.chat({"messages": [{"role": "user", "content": "Hi"}], "options": {"maxTokens": 3}})
    assert (model["id"], model["contextSource"]) == (f"ray|{cluster.model}", "server")
    assert model["contextLength"] == cluster.context_length
    assert chat.text
    assert chat.result["usage"]["exact"]


@pytest.mark.parametrize("kind", ["openai", "vllm"])
async def test_the_prompts_of_a_conversation_are_cached_where_the_router_sends_them(
    home: dict[str, str], cluster: RunningServer, start_client: StartClient, kind: str
) -> None:
    write_user_file(home, {"backends.ray": {"url": cluster.url, "kind": kind}})
    messages: list[dict[str, Any]] = [{"role": "system", "content": f"{uuid.uuid4()} {INTRODUCTION}"}]
    async with start_client() as client:
        for number in range(3):
            messages.append({"role": "user", "content": f"Question {number}: why?"})
            chat = await client.chat({"messages": messages, "options": {"maxTokens": 8}})
            messages.append({"role": "assistant", "content": chat.text})
    body = {"model": cluster.model, "messages": [*messages, {"role": "user", "content": "Why?"}], "max_tokens": 1}
    with cluster.client() as client:
        usage = client.post("/v1/chat/completions", json=body).json()["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] >= 2 * BLOCK

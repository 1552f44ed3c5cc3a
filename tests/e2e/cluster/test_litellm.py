"""What the proxy does for a client that names its conversation, past all of Inhouse; and the command line."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.e2e.cluster.conftest import Cluster
from tests.e2e.running import run_inhouse
from tests.e2e.servers.litellm import AFFINITY_HEADER, MODEL
from tests.user_file import write_user_file


def ask(cluster: Cluster, text: str, session: str | None = None) -> httpx.Response:
    body: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": text}], "max_tokens": 3}
    with cluster.proxy.client() as client:
        response = client.post(
            "/v1/chat/completions", json=body, headers={} if session is None else {AFFINITY_HEADER: session}
        )
    return response.raise_for_status()


def deployment(response: httpx.Response) -> str:
    return response.headers["x-litellm-model-id"]


def cached_tokens(response: httpx.Response) -> int:
    return response.json()["usage"]["prompt_tokens_details"]["cached_tokens"]


def test_the_requests_of_a_session_stay_with_the_replica_that_has_their_prompt_cached(cluster: Cluster) -> None:
    session, text = str(uuid.uuid4()), f"Explain the number {uuid.uuid4().int}."
    first, *later = [ask(cluster, text, session) for _ in range(6)]
    prompt = first.json()["usage"]["prompt_tokens"]
    assert {deployment(response) for response in later} == {deployment(first)}
    assert [cached_tokens(response) for response in later] == [prompt - 1] * 5
    assert cached_tokens(first) < prompt - 1


def test_sessions_are_spread_over_the_replicas(cluster: Cluster) -> None:
    sessions = [ask(cluster, "Hello.", str(uuid.uuid4())) for _ in range(16)]
    assert {deployment(response) for response in sessions} == {"replica-0", "replica-1"}


def test_a_killed_replica_loses_no_request_and_its_sessions_move(cluster: Cluster) -> None:
    session = str(uuid.uuid4())
    name = deployment(ask(cluster, "Hello.", session))
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, cluster, f"Hello {number}.", session) for number in range(12)]
        cluster.replicas[int(name[-1])].kill()
        moved = {deployment(answer.result()) for answer in answers[4:]}
    assert moved - {name}, "the requests after the kill are answered by the other replica"
    assert deployment(ask(cluster, "Hello again.", session)) != name


def test_inhouse_lists_and_asks_the_one_model(home: dict[str, str], cluster: Cluster) -> None:
    write_user_file(home, {"backends.hub": {"url": cluster.proxy.url, "api_key_env": "HUB_KEY"}})
    user = home | {"HUB_KEY": cluster.proxy.key or ""}
    listed = run_inhouse(user, "models", "--json")
    assert [model["id"] for model in json.loads(listed.stdout)["models"]] == [f"hub|{MODEL}"], listed.stderr
    run = run_inhouse(user, "chat", "Hi", "--max-tokens", "3")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()

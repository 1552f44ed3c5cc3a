"""What a user learns of the cluster by its URL alone."""

from tests.e2e.cluster.conftest import Cluster
from tests.e2e.running import run_inhouse
from tests.e2e.servers.litellm import KEY, MODEL
from tests.lsp.conftest import StartClient
from tests.user_file import write_user_file


async def test_the_url_and_a_key_are_enough(home: dict[str, str], cluster: Cluster, start_client: StartClient) -> None:
    write_user_file(home, {"backends.hub": {"url": cluster.proxy.url, "api_key_env": "HUB_KEY"}})
    async with start_client(env=home | {"HUB_KEY": KEY}) as client:
        listed = await client.request("inhouse/models")
        status = await client.request("inhouse/status")
    (model,) = listed["models"]
    hub = status["backends"][0]
    assert model["id"] == f"hub|{MODEL}"
    assert model["contextLength"] == cluster.proxy.context_length
    assert (model["capabilities"]["toolCalling"], model["contextSource"]) == (tools_by_model_info(cluster), "server")
    assert (hub["state"], hub["kind"]) == ("ready", "openai")
    assert "LiteLLM" in hub["evidence"]
    assert hub["version"] == "LiteLLM"


def tools_by_model_info(cluster: Cluster) -> bool:
    with cluster.proxy.client() as client:
        return client.get("/model/info").json()["data"][0]["model_info"]["supports_function_calling"]


def test_a_key_is_needed_and_a_wrong_one_is_told_as_such(user: dict[str, str]) -> None:
    assert run_inhouse(user, "chat", "Hi", "--max-tokens", "2").returncode == 0
    for key in ("", "sk-of-somebody-else"):
        run = run_inhouse(user | {"LLM_KEY": key}, "chat", "Hi")
        assert run.returncode == 3
        assert "wants a key" in run.stderr or "wants a valid key" in run.stderr
        assert "sk-of" not in run.stderr

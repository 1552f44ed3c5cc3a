"""`inhouse/status`: which backends there are, and how they are."""

from inhouse import __version__
from tests.fakes import answers
from tests.fakes.behaviours import replay
from tests.fakes.server import FakeBackend, refusing_url
from tests.lsp.asking import ask
from tests.lsp.conftest import StartClient
from tests.user_file import write_user_file


async def test_status_names_every_backend_and_its_state(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    loading = replay("llamacpp/loading_503.json")
    with FakeBackend() as good, FakeBackend(models=loading) as slow, refusing_url() as dead:
        urls = {"good": good.url, "slow": slow.url, "dead": dead}
        write_user_file(home_with_model, {f"backends.{name}": {"url": url} for name, url in urls.items()})
        async with start_client(env=home_with_model) as client:
            status = await client.request("inhouse/status")
            await client.chat(ask(model="embedded|smollm2-135m-instruct", maxTokens=1))
            after = await client.request("inhouse/status")
    found = {one["name"]: one for one in status["backends"]}
    assert {name: one["state"] for name, one in found.items()} == {
        "good": "ready",
        "slow": "loading",
        "dead": "unreachable",
        "embedded": "idle",
    }
    assert {name: one["url"] for name, one in found.items()} == urls | {"embedded": "embedded"}
    assert {one["zone"] for one in found.values()} == {"local"}
    assert found["good"]["latencyMs"] > 0
    assert "problem" not in found["good"]
    assert found["dead"]["problem"]
    assert after["backends"][-1]["state"] == "ready"
    assert status["default"] == f"good|{answers.MODEL}"
    assert (status["airGapped"], status["policy"], status["version"]) == (False, "none", __version__)


async def test_nothing_configured_is_a_status_too(start_client: StartClient) -> None:
    async with start_client() as client:
        status = await client.request("inhouse/status")
    (embedded,) = status["backends"]
    assert (embedded["name"], embedded["state"], embedded["zone"]) == ("embedded", "error", "local")
    assert "inhouse model pull" in embedded["problem"]
    assert status["default"] is None


async def test_air_gap_does_not_hide_that_the_model_was_never_pulled(start_client: StartClient) -> None:
    async with start_client(settings={"inhouse": {"privacy": {"airGapped": True}}}) as client:
        (problem,) = (await client.request("inhouse/models"))["problems"]
    assert problem["kind"] == "no_backend"

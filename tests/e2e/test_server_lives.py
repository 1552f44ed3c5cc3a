"""The servers of these tests can be stopped, killed and started again, and leave nothing behind."""

from pathlib import Path

import httpx
import pytest

from tests.e2e.servers.llamacpp import Options, llamacpp
from tests.e2e.servers.ollama import ollama
from tests.e2e.servers.running import RunningServer
from tests.lsp.engine import comes_true, descendants


@pytest.fixture
def options() -> Options:
    return Options(n_ctx=1024, n_parallel=2, key="sk-test", alias="other")


def test_restart_keeps_the_port_and_the_settings(tmp_path: Path, embedded_model: Path, options: Options) -> None:
    with llamacpp(tmp_path, embedded_model, options) as server, server.client() as client:
        first, port = server.pid, server.port
        server.restart()
        assert (server.port, server.pid != first) == (port, True)
        (model,) = client.get("/v1/models").json()["data"]
        assert (model["id"], model["meta"]["n_ctx"]) == ("other", server.context_length)
        assert len(client.get("/slots").json()) == 2
        assert client.get("/v1/models", headers={"Authorization": ""}).status_code == 401


def test_kill_breaks_the_stream_and_closes_the_port(tmp_path: Path, embedded_model: Path) -> None:
    body = {"messages": [{"role": "user", "content": "Count to a thousand."}], "stream": True, "ignore_eos": True}
    with llamacpp(tmp_path, embedded_model) as server, server.client() as client:
        with client.stream("POST", "/v1/chat/completions", json=body) as response, pytest.raises(httpx.TransportError):
            for _ in response.iter_bytes():
                if server.runs:
                    server.kill()
        with pytest.raises(httpx.ConnectError):
            client.get("/v1/models")


def test_nothing_is_left_behind(tmp_path: Path, embedded_model: Path) -> None:
    with llamacpp(tmp_path, embedded_model) as server:
        process = Path(f"/proc/{server.pid}")
    assert not process.exists()
    assert not server.runs
    assert server.log.stat().st_size


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"has ended(.|\n)*none\.gguf"), llamacpp(tmp_path, tmp_path / "none.gguf"):
        pytest.fail("started")


def test_a_server_is_known_by_its_url(llamacpp_server: RunningServer) -> None:
    assert "sk-" not in repr(llamacpp_server)
    assert llamacpp_server.url == f"http://127.0.0.1:{llamacpp_server.port}"


async def test_ollama_has_its_own_default_context_and_keeps_its_models(tmp_path: Path, embedded_model: Path) -> None:
    with ollama(tmp_path, embedded_model, num_ctx=None) as server, server.client() as client:
        server.restart()
        client.post("/api/chat", json={"model": server.model, "messages": []})
        (loaded,) = client.get("/api/ps").json()["models"]
        runners = descendants(server.pid)
        server.kill()
        assert (loaded["model"], loaded["context_length"]) == (server.model, server.context_length)
        assert runners
        assert await comes_true(lambda: not set(runners) & set(descendants(1)))

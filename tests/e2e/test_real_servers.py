"""Each real server, with nothing told about it but its URL."""

import json

import pytest

from tests.e2e.running import run_inhouse
from tests.e2e.servers import tool_rounds
from tests.e2e.servers.ollama import WITH_TOOLS
from tests.e2e.servers.running import RunningServer
from tests.user_file import write_user_file

SERVERS = ("llamacpp_server", "ollama_server")


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> RunningServer:
    return request.getfixturevalue(request.param)


@pytest.fixture
def user(home: dict[str, str], server: RunningServer) -> dict[str, str]:
    write_user_file(home, {"backends.lab": {"url": server.url}})
    return home


def test_its_models_are_listed(user: dict[str, str], server: RunningServer) -> None:
    run = run_inhouse(user, "models", "--json")
    listed = [model["id"] for model in json.loads(run.stdout)["models"]]
    assert (run.returncode, run.stderr) == (0, "")
    assert f"lab|{server.model}" in listed


def test_it_answers_a_chat(user: dict[str, str], server: RunningServer) -> None:
    question = ("chat", "Say hi in three words.", "--max-tokens", "5", "--model", f"lab|{server.model}")
    run = run_inhouse(user, *question)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()


def test_the_small_model_really_calls_a_tool(server: RunningServer) -> None:
    body = {
        "model": WITH_TOOLS if server.kind == "ollama" else server.model,
        "messages": tool_rounds.messages(),
        "tools": [tool_rounds.READ_FILE],
        "max_tokens": 60,
        "temperature": 0,
    }
    with server.client() as client:
        (choice,) = client.post("/v1/chat/completions", json=body).json()["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("read_file", tool_rounds.CALLED)

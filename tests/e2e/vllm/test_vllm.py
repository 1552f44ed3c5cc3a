"""A real vLLM, with nothing told about it but its URL."""

import json

from tests.e2e.running import run_inhouse
from tests.e2e.servers import tool_rounds
from tests.e2e.servers.running import RunningServer
from tests.user_file import write_user_file


def test_its_model_is_listed_with_the_context_length_and_answers(
    home: dict[str, str], vllm_server: RunningServer
) -> None:
    write_user_file(home, {"backends.gpu": {"url": vllm_server.url}})
    run = run_inhouse(home, "models", "--json")
    (model,) = json.loads(run.stdout)["models"]
    assert (model["id"], model["contextLength"]) == (f"gpu|{vllm_server.model}", vllm_server.context_length)
    run = run_inhouse(home, "chat", "Say hi in three words.", "--max-tokens", "5")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()


def test_the_small_model_really_calls_a_tool(vllm_server: RunningServer) -> None:
    body = {
        "model": vllm_server.model,
        "messages": tool_rounds.messages(),
        "tools": [tool_rounds.READ_FILE],
        "max_tokens": 60,
        "temperature": 0,
    }
    with vllm_server.client() as client:
        (choice,) = client.post("/v1/chat/completions", json=body).json()["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("read_file", tool_rounds.CALLED)

"""Records a real LiteLLM proxy anew: `python -m tests.e2e.servers.record_litellm MODEL.gguf`."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.servers import tool_rounds
from tests.e2e.servers.litellm import AFFINITY_HEADER, KEY, MODEL, litellm
from tests.e2e.servers.llamacpp import HERMES, Options, llamacpp
from tests.e2e.servers.recorder import Recorder
from tests.e2e.servers.running import RunningServer

CHAT = "/v1/chat/completions"
FEW: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "Say hi in three words."}],
    "max_tokens": 5,
    "temperature": 0,
}


def main(model: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, options = Path(name), Options(template=HERMES)
        with (
            llamacpp(folder / "a", model, options) as first,
            llamacpp(folder / "b", model, options) as second,
            litellm(folder / "proxy", [first, second], router={"num_retries": 0}) as proxy,
        ):
            ports = {f":{first.port}": ":8081", f":{second.port}": ":8082"}
            recorder = Recorder(proxy, "litellm-1.106", {name: "/srv/litellm", KEY: "sk-example", **ports})
            _listings(recorder)
            _chats(recorder)
            _refusals(recorder)
            _down(recorder, [first, second])
            recorder.save()


def _listings(recorder: Recorder) -> None:
    recorder.get("root.json", "/")
    recorder.get("v1_models.json", "/v1/models")
    recorder.get("model_info.json", "/model/info")
    recorder.get("health_readiness.json", "/health/readiness", headers={"Authorization": ""}, note="needs no key")
    recorder.get("health_liveliness.json", "/health/liveliness", headers={"Authorization": ""}, note="needs no key")
    recorder.get("404.json", "/nope")
    recorder.get("props_404.json", "/props", note="the replicas' own paths are not passed on")
    recorder.get("version_404.json", "/version")


def _chats(recorder: Recorder) -> None:
    session = {AFFINITY_HEADER: "conversation-1"}
    recorder.post("chat.json", CHAT, FEW, headers=session, note="session affinity is on")
    recorder.post("chat_again.json", CHAT, FEW, headers=session, note="same session: same deployment, prompt cached")
    streamed = FEW | {"stream": True}
    recorder.post("chat_stream.sse", CHAT, streamed)
    usage = streamed | {"stream_options": {"include_usage": True}}
    recorder.post("chat_stream_usage.sse", CHAT, usage, note="the chunk with the usage has one choice, not none")
    tools = streamed | {
        "messages": tool_rounds.messages(),
        "tools": [tool_rounds.READ_FILE],
        "max_tokens": 60,
    }
    recorder.post("chat_tools.sse", CHAT, tools)
    counted = {"model": MODEL, "messages": FEW["messages"]}
    recorder.post("token_counter.json", "/utils/token_counter", counted, note="its own tokenizer, not the model's")


def _refusals(recorder: Recorder) -> None:
    recorder.get("v1_models_no_key_401.json", "/v1/models", headers={"Authorization": ""})
    recorder.post("chat_wrong_key_400.json", CHAT, FEW, headers={"Authorization": "Bearer sk-no"}, note="no database")
    recorder.post("chat_wrong_model_400.json", CHAT, FEW | {"model": "none"})
    long = FEW | {"messages": [{"role": "user", "content": "word " * 3000}]}
    recorder.post("chat_no_key_401.json", CHAT, FEW, headers={"Authorization": ""})
    recorder.post("chat_overflow_400.json", CHAT, long, note="llama.cpp behind it, 2048 tokens")
    recorder.post("chat_stream_overflow_400.json", CHAT, long | {"stream": True})


def _down(recorder: Recorder, replicas: list[RunningServer]) -> None:

    def kill() -> None:
        for replica in replicas:
            replica.kill()

    long = FEW | {"stream": True, "max_tokens": 1000, "messages": [{"role": "user", "content": "Tell a long story."}]}
    note = "its replica is killed after the first piece"
    recorder.post("chat_stream_replica_killed.sse", CHAT, long, note=note, meanwhile=kill)
    recorder.post("chat_replicas_down_500.json", CHAT, FEW, note="all replicas stopped, no retries")
    recorder.post("chat_stream_replicas_down_500.json", CHAT, FEW | {"stream": True})


if __name__ == "__main__":
    main(Path(sys.argv[1]))

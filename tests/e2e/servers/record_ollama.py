"""Records a real Ollama anew: `python -m tests.e2e.servers.record_ollama MODEL.gguf`."""

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.servers import tool_rounds
from tests.e2e.servers.ollama import CHAT_ONLY, WITH_TOOLS, ollama
from tests.e2e.servers.recorder import Recorder
from tests.e2e.servers.running import RunningServer
from tests.lsp.engine import descendants

HI = [{"role": "user", "content": "Say hi in three words."}]
LONG = [{"role": "user", "content": "word " * 3000}]
SMALL = {"num_ctx": 256, "num_predict": 3, "temperature": 0}


def main(model: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, ollama(Path(folder), model) as server:
        recorder = Recorder(server, "ollama-0.24", {folder: "/var/lib/ollama"})
        _listings(recorder)
        _chats(recorder)
        _refusals(recorder)
        _truncations(recorder)
        _openai(recorder)
        _crashes(recorder)
        _cancelled(server)
        recorder.save()


def _listings(recorder: Recorder) -> None:
    recorder.get("root.txt", "/")
    recorder.get("api_version.json", "/api/version")
    recorder.get("api_status.json", "/api/status", note="OLLAMA_NO_CLOUD=1")
    recorder.get("api_tags.json", "/api/tags")
    recorder.get("api_ps_none.json", "/api/ps", note="nothing loaded")
    recorder.get("v1_models.json", "/v1/models")
    recorder.post("api_show.json", "/api/show", {"model": CHAT_ONLY}, note="template autodetected, no tools")
    recorder.post("api_show_tools.json", "/api/show", {"model": WITH_TOOLS}, note="a template with .Tools")
    recorder.post("api_show_404.json", "/api/show", {"model": "none"})
    recorder.get("404.txt", "/nope")


def _chats(recorder: Recorder) -> None:
    few = {"temperature": 0, "num_predict": 5}
    recorder.post("api_chat_stream.ndjson", "/api/chat", {"model": CHAT_ONLY, "messages": HI, "options": few})
    recorder.get("api_ps.json", "/api/ps", note="loaded, with the Modelfile's num_ctx")
    recorder.post("api_chat.json", "/api/chat", {"model": CHAT_ONLY, "messages": HI, "options": few, "stream": False})
    other = few | {"num_ctx": 512}
    body = {"model": CHAT_ONLY, "messages": HI, "options": other}
    recorder.post("api_chat_num_ctx.ndjson", "/api/chat", body, note="another num_ctx: loaded anew (load_duration)")
    recorder.get("api_ps_num_ctx.json", "/api/ps", note="after a request with num_ctx 512")
    loaded: dict[str, Any] = {"model": CHAT_ONLY, "messages": [], "stream": False}
    recorder.post("api_chat_load.json", "/api/chat", loaded, note="no messages: loads, and answers nothing")
    recorder.post("api_chat_unload.json", "/api/chat", loaded | {"keep_alive": 0}, note="keep_alive 0: unloads")
    tools: dict[str, Any] = {
        "model": WITH_TOOLS,
        "messages": tool_rounds.messages(arguments_as_text=False),
        "tools": [tool_rounds.READ_FILE],
        "options": {"temperature": 0, "num_predict": 60},
    }
    recorder.post("api_chat_tools.ndjson", "/api/chat", tools, note="whole call in one line; done_reason stays stop")
    recorder.post("api_chat_tools.json", "/api/chat", tools | {"stream": False})


def _refusals(recorder: Recorder) -> None:
    tools = {"model": CHAT_ONLY, "messages": HI, "tools": [tool_rounds.READ_FILE]}
    recorder.post("api_chat_no_tools_400.json", "/api/chat", tools)
    recorder.post("api_chat_404.json", "/api/chat", {"model": "none", "messages": HI})
    recorder.post("api_chat_no_thinking_400.json", "/api/chat", {"model": CHAT_ONLY, "messages": HI, "think": True})
    image = [{"role": "user", "content": "?", "images": ["iVBORw0KGgo="]}]
    recorder.post("api_chat_image.json", "/api/chat", {"model": CHAT_ONLY, "messages": image, "stream": False})
    insert = {"model": CHAT_ONLY, "prompt": "a", "suffix": "b", "stream": False}
    recorder.post("api_generate_insert_400.json", "/api/generate", insert)
    bad = {"model": CHAT_ONLY, "messages": "hi"}
    recorder.post("api_chat_malformed_400.json", "/api/chat", bad)


def _truncations(recorder: Recorder) -> None:
    body = {"model": CHAT_ONLY, "messages": LONG, "options": SMALL}
    overflow = "api_chat_overflow_400.json"
    recorder.post(overflow, "/api/chat", body | {"truncate": False}, note="truncate false, num_ctx 256; streamed too")
    recorder.post(
        "api_chat_truncated_one.ndjson", "/api/chat", body, note="one message above num_ctx: cut, not refused"
    )
    turns = [
        {"role": "user", "content": "first " * 150},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": "word " * 180},
    ]
    body = {"model": CHAT_ONLY, "messages": turns, "options": SMALL}
    recorder.post("api_chat_truncated_turns.ndjson", "/api/chat", body, note="old turns dropped, and nothing said")
    story = [{"role": "user", "content": "Tell a long story."}]
    body = {"model": CHAT_ONLY, "messages": story, "options": SMALL | {"num_ctx": 32, "num_predict": 40}}
    recorder.post("api_chat_full_shifted.ndjson", "/api/chat", body, note="the answer goes past num_ctx 32")
    recorder.post("api_chat_full.ndjson", "/api/chat", body | {"shift": False}, note="the same with shift false")


def _openai(recorder: Recorder) -> None:
    chat = "/v1/chat/completions"
    few = {"model": CHAT_ONLY, "messages": HI, "max_tokens": 5, "temperature": 0}
    recorder.post("v1_chat.json", chat, few)
    streamed = few | {"stream": True, "stream_options": {"include_usage": True}}
    recorder.post("v1_chat_usage.sse", chat, streamed)
    tools = {"model": WITH_TOOLS, "messages": tool_rounds.messages(), "tools": [tool_rounds.READ_FILE]}
    recorder.post("v1_chat_tools.sse", chat, tools | {"stream": True, "max_tokens": 60, "temperature": 0})
    recorder.post("v1_chat_no_tools_400.json", chat, few | {"tools": [tool_rounds.READ_FILE]})
    recorder.post("v1_chat_404.json", chat, few | {"model": "none"})


def _crashes(recorder: Recorder) -> None:
    """The runner, which is the process that holds the model, is killed after the first token."""

    def kill() -> None:
        (runner,) = descendants(recorder.server.pid)
        os.kill(runner, signal.SIGKILL)

    story = [{"role": "user", "content": "Tell a long story."}]
    note = "the runner is killed after the first token"
    native = {"model": CHAT_ONLY, "messages": story, "options": {"num_predict": 500}}
    recorder.post("api_chat_runner_killed.ndjson", "/api/chat", native, note=note, meanwhile=kill)
    openai = {"model": CHAT_ONLY, "messages": story, "max_tokens": 500, "stream": True}
    recorder.post("v1_chat_runner_killed.sse", "/v1/chat/completions", openai, note=note, meanwhile=kill)


def _cancelled(server: RunningServer) -> None:
    """Proves that a closed connection ends the generation: the log has the request's end at once."""
    body = {"model": CHAT_ONLY, "messages": HI, "options": {"num_predict": 2000, "temperature": 1.5}}
    with server.client() as client, client.stream("POST", "/api/chat", json=body) as response:
        next(response.iter_lines())
    with server.client() as client:
        answer = client.post("/api/chat", json=body | {"options": {"num_predict": 1}}, timeout=httpx.Timeout(30))
    sys.stdout.write(f"after a cancel, the next request took {answer.elapsed.total_seconds():.2f} s\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Records what a real vLLM says about tools and templates: `python -m tests.e2e.servers.record_vllm MODEL.gguf`."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.servers import tool_rounds
from tests.e2e.servers.recorder import Recorder
from tests.e2e.servers.running import RunningServer
from tests.e2e.servers.vllm import MAX_MODEL_LEN, MODEL, Options, converted, vllm

CHAT = "/v1/chat/completions"
ASKED: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "Say hi in three words."}]}
TOOLS: dict[str, Any] = {"tools": [tool_rounds.READ_FILE], "tool_choice": "auto"}
TOO_MUCH = {"max_tokens": 2 * MAX_MODEL_LEN, "stream": False}
CALL = ASKED | TOOLS | {"messages": tool_rounds.messages(), "max_tokens": 60, "temperature": 0}


def main(gguf: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = converted(folder, gguf)
        with vllm(folder / "plain", model) as server:
            _without_parser(_recorder(server, name))
        with vllm(folder / "tools", model, Options(tool_parser=True)) as server:
            _with_parser(_recorder(server, name))
        with vllm(folder / "bare", converted(folder, gguf, chat_template=False)) as server:
            _without_template(_recorder(server, name))


def _without_parser(recorder: Recorder) -> None:
    recorder.get("version.json", "/version")
    recorder.post("probe_tools_no_parser_400.json", CHAT, ASKED | TOOLS | TOO_MUCH, note="tools are looked at first")
    recorder.post("tokenize_messages_tools.json", "/tokenize", ASKED | {"tools": TOOLS["tools"]})
    recorder.save()


def _with_parser(recorder: Recorder) -> None:
    note = "with --enable-auto-tool-choice --tool-call-parser hermes: only max_tokens is wrong"
    recorder.post("probe_tools_parser_400.json", CHAT, ASKED | TOOLS | TOO_MUCH, note=note)
    recorder.post("tools_auto.json", CHAT, CALL)
    recorder.post("tools_auto_stream.sse", CHAT, CALL | {"stream": True})
    recorder.save()


def _without_template(recorder: Recorder) -> None:
    note = "no chat template"
    recorder.get("v1_models_no_template.json", "/v1/models", note=note)
    recorder.post("tokenize_no_template_400.json", "/tokenize", ASKED, note=note)
    recorder.post("chat_no_template_400.json", CHAT, ASKED, note=note)
    recorder.post("probe_tools_no_template_400.json", CHAT, ASKED | TOOLS | TOO_MUCH, note=note)
    recorder.save()


def _recorder(server: RunningServer, folder: str) -> Recorder:
    return Recorder(server, "vllm", {folder: "/srv"})


if __name__ == "__main__":
    main(Path(sys.argv[1]))

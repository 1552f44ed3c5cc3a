"""Every fake's answers against what was recorded, key by key, or against what was written down from documentation.

What was recorded must be met exactly; what was written by hand has all that is read of it, and the fake may have more.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from tests.fakes.kinds.huggingface import fake_huggingface
from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall
from tests.fakes.kinds.litellm import fake_litellm
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.lmstudio import fake_lmstudio
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.sglang import fake_sglang
from tests.fakes.kinds.tgi import fake_tgi
from tests.fakes.kinds.vllm import fake_vllm
from tests.fakes.recorded import recorded
from tests.unit.fakes.shapes import event_shapes, lacks, shape

MODEL = FakeModel(fim=True)
PLAIN = Knobs(models=(MODEL,))
THINKING = Knobs(models=(replace(MODEL, thinking=True),), thinking=("Let", " me"))
CALLING = replace(PLAIN, tool_calls=(ToolCall("read_file", {"path": "a.py"}),))
BASE = Knobs(models=(FakeModel(chat=False, tools=False),))
CLOUD = Knobs(models=(MODEL, FakeModel(name="big:cloud", remote_host="https://ollama.com:443")))
KEY = replace(PLAIN, key="sk-1")
BUSY = replace(PLAIN, busy=True)
LOADING = replace(PLAIN, loading=True)
BREAKS = replace(PLAIN, breaks_after=1)

MESSAGES = [{"role": "user", "content": "Say hi in three words."}]
TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": "read_file", "parameters": {"type": "object", "properties": {}}}}
]
IMAGE: list[dict[str, Any]] = [
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}
]
LONG = [{"role": "user", "content": "word " * 5000}]
ASKED: dict[str, Any] = {"model": MODEL.name, "messages": MESSAGES}
STREAM = ASKED | {"stream": True}
USAGE = STREAM | {"stream_options": {"include_usage": True}}
OTHER = ASKED | {"model": "nope"}
TOO_LONG = ASKED | {"messages": LONG}
PROMPT = {"model": MODEL.name, "prompt": "Once upon a time", "max_tokens": 3}
CHAT = "POST /v1/chat/completions"
INFILL = {"input_prefix": "def add(", "input_suffix": "\n", "n_predict": 3}
LONG_INFILL = INFILL | {"input_prefix": "word " * 5000}
BAD_CALL = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{b"}}]}


@dataclass(frozen=True, slots=True)
class Case:
    make: Callable[[Knobs], FakeServer]
    knobs: Knobs
    route: str
    asked: object
    name: str

    def __str__(self) -> str:
        return f"{self.name} {self.route}"

    def ask(self) -> httpx.Response:
        method, path = self.route.split(" ")
        with self.make(self.knobs) as server:
            return httpx.request(method, server.url + path, json=self.asked, trust_env=False)


JSON = [
    Case(fake_vllm, PLAIN, "GET /v1/models", None, "vllm/v1_models.json"),
    Case(fake_vllm, PLAIN, "GET /version", None, "vllm/version.json"),
    Case(fake_vllm, PLAIN, "GET /nope", None, "vllm/404.json"),
    Case(fake_vllm, KEY, "GET /v1/models", None, "vllm/unauthorised_401.json"),
    Case(fake_vllm, PLAIN, "POST /tokenize", ASKED, "vllm/tokenize_messages.json"),
    Case(fake_vllm, PLAIN, "POST /tokenize", {"prompt": "def add(a, b):"}, "vllm/tokenize_prompt.json"),
    Case(fake_vllm, PLAIN, "POST /tokenize", OTHER, "vllm/tokenize_wrong_model_404.json"),
    Case(fake_vllm, BASE, "POST /tokenize", ASKED, "vllm/chat_no_template_400.json"),
    Case(fake_vllm, PLAIN, CHAT, ASKED, "vllm/chat.json"),
    Case(fake_vllm, PLAIN, CHAT, OTHER, "vllm/chat_wrong_model_404.json"),
    Case(fake_vllm, PLAIN, CHAT, TOO_LONG, "vllm/chat_overflow_400.json"),
    Case(fake_vllm, PLAIN, CHAT, TOO_LONG | {"stream": True}, "vllm/chat_overflow_400.json"),
    Case(fake_vllm, PLAIN, CHAT, ASKED | {"max_tokens": 9000}, "vllm/chat_max_tokens_too_big_400.json"),
    Case(fake_vllm, PLAIN, CHAT, ASKED | {"messages": IMAGE}, "vllm/chat_image_unsupported_400.json"),
    Case(fake_vllm, PLAIN, CHAT, {"model": MODEL.name}, "vllm/validation_400.json"),
    Case(fake_vllm, BASE, CHAT, ASKED, "vllm/chat_no_template_400.json"),
    Case(fake_vllm, BASE, CHAT, ASKED | {"tools": TOOLS}, "vllm/tools_auto_not_enabled_400.json"),
    Case(
        fake_vllm,
        PLAIN,
        CHAT,
        ASKED | {"stream_options": {"include_usage": True}},
        "vllm/stream_options_without_stream_400.json",
    ),
    Case(fake_vllm, PLAIN, "POST /v1/completions", PROMPT | {"suffix": "x"}, "vllm/completions_suffix_400.json"),
    Case(fake_llamacpp, PLAIN, "GET /props", None, "llamacpp/props.json"),
    Case(fake_llamacpp, PLAIN, "GET /slots", None, "llamacpp/slots.json"),
    Case(fake_llamacpp, PLAIN, "GET /health", None, "llamacpp/health.json"),
    Case(fake_llamacpp, PLAIN, "GET /v1/models", None, "llamacpp/v1_models.json"),
    Case(fake_llamacpp, PLAIN, "GET /nope", None, "llamacpp/404.json"),
    Case(fake_llamacpp, KEY, "GET /v1/models", None, "llamacpp/unauthorised_401.json"),
    Case(fake_llamacpp, LOADING, "GET /v1/models", None, "llamacpp/loading_503.json"),
    Case(fake_llamacpp, LOADING, "GET /nope", None, "llamacpp/loading_503.json"),
    Case(fake_llamacpp, PLAIN, "POST /tokenize", {"content": "def add(a, b):"}, "llamacpp/tokenize.json"),
    Case(fake_llamacpp, PLAIN, "POST /tokenize", {"prompt": "def"}, "llamacpp/tokenize_wrong_field.json"),
    Case(fake_llamacpp, PLAIN, "POST /apply-template", ASKED, "llamacpp/apply_template.json"),
    Case(fake_llamacpp, PLAIN, f"{CHAT}/input_tokens", ASKED, "llamacpp/chat_input_tokens.json"),
    Case(fake_llamacpp, PLAIN, CHAT, OTHER, "llamacpp/chat.json"),
    Case(fake_llamacpp, CALLING, CHAT, ASKED | {"tools": TOOLS}, "llamacpp/tool_call.json"),
    Case(fake_llamacpp, PLAIN, CHAT, TOO_LONG, "llamacpp/chat_overflow_400.json"),
    Case(fake_llamacpp, PLAIN, CHAT, TOO_LONG | {"stream": True}, "llamacpp/chat_overflow_400.json"),
    Case(fake_llamacpp, PLAIN, CHAT, ASKED | {"messages": IMAGE}, "llamacpp/chat_image_unsupported_500.json"),
    Case(fake_llamacpp, PLAIN, CHAT, {"messages": [BAD_CALL]}, "llamacpp/tool_history_bad_arguments_500.json"),
    Case(fake_llamacpp, PLAIN, "POST /infill", INFILL, "llamacpp/infill_200.json"),
    Case(fake_llamacpp, BASE, "POST /infill", INFILL, "llamacpp/infill_unsupported_501.json"),
    Case(
        fake_llamacpp,
        PLAIN,
        "POST /infill",
        INFILL | {"input_prefix": "w " * 5000},
        "llamacpp/infill_overflow_400.json",
    ),
    Case(fake_tgi, PLAIN, "GET /info", None, "tgi/info.json"),
    Case(fake_tgi, PLAIN, "GET /v1/models", None, "tgi/v1_models.json"),
    Case(fake_tgi, LOADING, "GET /health", None, "tgi/unhealthy_503.json"),
    Case(fake_tgi, PLAIN, "POST /tokenize", {"inputs": "def f"}, "tgi/tokenize.json"),
    Case(fake_tgi, PLAIN, "POST /chat_tokenize", ASKED, "tgi/chat_tokenize.json"),
    Case(fake_tgi, BASE, "POST /chat_tokenize", ASKED, "tgi/no_template_422.json"),
    Case(fake_tgi, BASE, CHAT, STREAM, "tgi/no_template_422.json"),
    Case(fake_tgi, PLAIN, CHAT, TOO_LONG, "tgi/overflow_422.json"),
    Case(fake_tgi, BUSY, CHAT, ASKED, "tgi/overloaded_429.json"),
    Case(fake_tgi, BREAKS, CHAT, ASKED, "tgi/generation_424.json"),
    Case(fake_ollama, PLAIN, "GET /api/version", None, "ollama/api_version.json"),
    Case(fake_ollama, CLOUD, "GET /api/tags", None, "ollama/api_tags.json"),
    Case(fake_ollama, PLAIN, "GET /api/ps", None, "ollama/api_ps.json"),
    Case(fake_ollama, PLAIN, "POST /api/chat", OTHER, "ollama/model_not_found_404.json"),
    Case(fake_ollama, BUSY, "POST /api/chat", ASKED, "ollama/queue_full_503.json"),
    Case(fake_ollama, BASE, "POST /api/chat", ASKED | {"tools": TOOLS}, "ollama/no_tools_400.json"),
    Case(fake_ollama, BASE, "POST /api/chat", ASKED | {"think": True}, "ollama/no_thinking_400.json"),
    Case(fake_ollama, BASE, "POST /api/generate", PROMPT | {"suffix": "x"}, "ollama/no_insert_400.json"),
    Case(
        fake_ollama, PLAIN, "POST /api/generate", PROMPT | {"suffix": "x", "stream": False}, "ollama/generate_fim.json"
    ),
    Case(fake_ollama, PLAIN, CHAT, OTHER, "ollama/v1_model_not_found_404.json"),
    Case(fake_sglang, PLAIN, "GET /v1/models", None, "sglang/v1_models.json"),
    Case(fake_sglang, THINKING, "GET /model_info", None, "sglang/model_info.json"),
    Case(fake_sglang, PLAIN, "POST /tokenize", {"prompt": "a b c"}, "sglang/tokenize.json"),
    Case(fake_sglang, KEY, "GET /model_info", None, "sglang/unauthorised_401.json"),
    Case(fake_sglang, PLAIN, CHAT, TOO_LONG | {"stream": True}, "sglang/overflow_400.json"),
    Case(fake_sglang, BUSY, CHAT, ASKED, "sglang/queue_full_503.json"),
    Case(fake_lmstudio, THINKING, "GET /api/v1/models", None, "lmstudio/api_v1_models.json"),
    Case(fake_lmstudio, PLAIN, "GET /api/v0/models", None, "lmstudio/api_v0_models.json"),
    Case(fake_huggingface, PLAIN, "GET /v1/models", None, "hf-router/v1_models.json"),
    Case(fake_litellm, PLAIN, "GET /model/info", None, "litellm/model_info.json"),
    Case(fake_litellm, PLAIN, CHAT, OTHER, "litellm/wrong_model_400.json"),
    Case(fake_litellm, PLAIN, CHAT, TOO_LONG, "litellm/context_overflow_400.json"),
]

STREAMS = [
    Case(fake_vllm, PLAIN, CHAT, STREAM, "vllm/chat_stream.sse"),
    Case(fake_vllm, PLAIN, CHAT, USAGE, "vllm/chat_stream_usage.sse"),
    Case(fake_vllm, CALLING, CHAT, STREAM | {"tools": TOOLS}, "vllm/chat_tool_named_stream_truncated.sse"),
    Case(
        fake_vllm,
        PLAIN,
        "POST /v1/completions",
        PROMPT | {"stream": True, "stream_options": {"include_usage": True}},
        "vllm/completions_stream_usage.sse",
    ),
    Case(fake_llamacpp, PLAIN, CHAT, STREAM, "llamacpp/chat_stream.sse"),
    Case(fake_llamacpp, PLAIN, CHAT, USAGE, "llamacpp/chat_stream_usage.sse"),
    Case(fake_llamacpp, CALLING, CHAT, USAGE | {"tools": TOOLS}, "llamacpp/tool_call_stream.sse"),
    Case(fake_llamacpp, replace(PLAIN, prefill_seconds=0.02), CHAT, STREAM, "llamacpp/prefill_pings.sse"),
    Case(fake_llamacpp, PLAIN, "POST /infill", INFILL | {"stream": True}, "llamacpp/infill_stream.sse"),
    Case(fake_tgi, PLAIN, CHAT, USAGE, "tgi/chat_stream_usage.sse"),
    Case(fake_tgi, CALLING, CHAT, STREAM | {"tools": TOOLS}, "tgi/tool_stream.sse"),
    Case(fake_tgi, BREAKS, CHAT, STREAM, "tgi/error_in_stream.sse"),
    Case(fake_tgi, BUSY, CHAT, STREAM, "tgi/overloaded_in_stream.sse"),
    Case(fake_ollama, THINKING, CHAT, USAGE, "ollama/v1_chat_stream_usage.sse"),
    Case(fake_ollama, CALLING, CHAT, STREAM | {"tools": TOOLS}, "ollama/v1_tool_stream.sse"),
    Case(fake_ollama, BREAKS, CHAT, STREAM, "ollama/v1_error_swallowed.sse"),
    Case(fake_ollama, THINKING, "POST /api/chat", ASKED, "ollama/api_chat.ndjson"),
    Case(fake_ollama, CALLING, "POST /api/chat", ASKED | {"tools": TOOLS}, "ollama/api_chat_tool.ndjson"),
    Case(fake_ollama, BREAKS, "POST /api/chat", ASKED, "ollama/error_in_stream.ndjson"),
    Case(fake_sglang, THINKING, CHAT, STREAM, "sglang/reasoning_stream.sse"),
]


def lines(body: bytes, name: str) -> list[bytes]:
    if name.endswith(".ndjson"):
        return body.splitlines()
    return [event for event in body.rstrip(b"\n").split(b"\n\n") if not event.startswith(b":")]


def values(body: bytes, name: str) -> list[object]:
    bare = [line.removeprefix(b"data:").strip() for line in lines(body, name)]
    return ["[DONE]" if line == b"[DONE]" else json.loads(line) for line in bare]


@pytest.mark.parametrize("case", JSON, ids=str)
def test_json_answers_are_as_they_were_found(case: Case) -> None:
    response, real = case.ask(), recorded(case.name)
    assert response.status_code == real.status
    if real.provenance == "documentation":
        assert lacks(response.json(), real.json) == []
    else:
        assert response.headers["content-type"] == real.content_type
        assert shape(response.json()) == shape(real.json)


@pytest.mark.parametrize("case", STREAMS, ids=str)
def test_streams_are_made_of_the_events_that_were_found(case: Case) -> None:
    response, real = case.ask(), recorded(case.name)
    assert (response.status_code, response.headers["content-type"]) == (real.status, real.content_type)
    if real.provenance == "documentation":
        assert lacks(values(response.content, case.name), values(real.body, case.name)) == []
    else:
        ours, theirs = (event_shapes(lines(body, case.name)) for body in (response.content, real.body))
        assert ours == theirs

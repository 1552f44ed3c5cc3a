"""The fake's own answers have the keys and types that were recorded from the real server."""

import json
from typing import Any

import httpx
import pytest

from tests.fakes.recorded import FOLDER, recorded
from tests.fakes.server import FakeBackend
from tests.unit.fakes.shapes import event_shapes, shape

MESSAGES = [{"role": "user", "content": "Say hi in three words."}]
ASKED = {"model": "acme/smol", "messages": MESSAGES}
WITH_USAGE = {"stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    ("method", "path", "asked", "name"),
    [
        ("GET", "/v1/models", None, "vllm/v1_models.json"),
        ("GET", "/nope", None, "vllm/404.json"),
        ("POST", "/v1/chat/completions", ASKED, "vllm/chat.json"),
        ("POST", "/v1/chat/completions", ASKED | {"model": "none"}, "vllm/chat_wrong_model_404.json"),
        ("POST", "/tokenize", {"prompt": "def add(a, b):"}, "vllm/tokenize_prompt.json"),
        ("POST", "/tokenize", ASKED, "vllm/tokenize_messages.json"),
    ],
)
def test_json_answers_have_the_recorded_shape(method: str, path: str, asked: dict[str, Any] | None, name: str) -> None:
    with FakeBackend() as backend:
        response = httpx.request(method, backend.url + path, json=asked, trust_env=False)
    real = recorded(name)
    assert (response.status_code, response.headers["content-type"]) == (real.status, real.content_type)
    assert shape(response.json()) == shape(real.json)


@pytest.mark.parametrize(("extra", "name"), [({}, "vllm/chat_stream.sse"), (WITH_USAGE, "vllm/chat_stream_usage.sse")])
def test_streams_are_made_of_the_recorded_events(extra: dict[str, Any], name: str) -> None:
    with FakeBackend() as backend:
        url = f"{backend.url}/v1/chat/completions"
        response = httpx.post(url, json=ASKED | {"stream": True} | extra, trust_env=False)
    real = recorded(name)
    assert response.headers["content-type"] == real.content_type
    assert event_shapes(event + b"\n\n" for event in response.content.split(b"\n\n")[:-1]) == event_shapes(real.events)


def test_the_count_of_a_chat_is_what_its_usage_says() -> None:
    with FakeBackend() as backend, httpx.Client(base_url=backend.url, trust_env=False) as client:
        counted = client.post("/tokenize", json=ASKED).json()["count"]
        used = client.post("/v1/chat/completions", json=ASKED).json()["usage"]["prompt_tokens"]
    assert counted == used


def test_every_recorded_file_says_where_it_comes_from() -> None:
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")}
    manifest: dict[str, dict[str, str]] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    assert files == set(manifest)
    assert {entry["provenance"] for entry in manifest.values()} <= {"recorded", "composed", "documentation"}

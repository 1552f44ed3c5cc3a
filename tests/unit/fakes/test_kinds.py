"""What the fakes of the kinds do beyond the shape of their answers: what they refuse, count, remember and hold back."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.fakes.kinds.huggingface import Provider, fake_huggingface
from tests.fakes.kinds.knobs import FakeModel, Knobs, ToolCall
from tests.fakes.kinds.llamacpp import CHATML, fake_llamacpp
from tests.fakes.kinds.lmstudio import fake_lmstudio
from tests.fakes.kinds.ollama import OVERFLOW, fake_ollama
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.sglang import fake_sglang
from tests.fakes.kinds.tgi import STARCODER, V2, fake_tgi
from tests.fakes.kinds.under_test import FAKES, ServerUnderTest, Start
from tests.fakes.kinds.vllm import NO_TOOL_PARSER, fake_vllm

MESSAGES = [{"role": "user", "content": "Read d.py"}]
TOOLS: list[dict[str, Any]] = [{"type": "function", "function": {"name": "read_file", "parameters": {}}}]
ASKED: dict[str, Any] = {"model": "acme/coder", "messages": MESSAGES}
LONG = [{"role": "user", "content": "word " * 9000}]
CHAT = "/v1/chat/completions"
CALLING = Knobs(tool_calls=(ToolCall("read_file", {"path": "d.py"}),))


@contextmanager
def running(server: FakeServer) -> Generator[httpx.Client]:
    with server, httpx.Client(base_url=server.url, trust_env=False, timeout=5) as client:
        yield client


def opened(told: ServerUnderTest) -> httpx.Client:
    headers = {"Authorization": f"Bearer {told.key}"} if told.key else {}
    return httpx.Client(base_url=told.url, headers=headers, trust_env=False, timeout=5)


def data(response: httpx.Response) -> list[dict[str, Any]]:
    events = [line.removeprefix("data:").strip() for line in response.text.split("\n") if line.startswith("data:")]
    return [json.loads(event) for event in events if event != "[DONE]"]


def calls(response: httpx.Response) -> list[dict[str, Any]]:
    """The pieces of calls in a stream, TGI 2's single objects among them."""
    deltas = [choice["delta"] for event in data(response) for choice in event["choices"]]
    found = [delta["tool_calls"] for delta in deltas if delta.get("tool_calls")]
    return [call for each in found for call in (each if isinstance(each, list) else [each])]


def arguments(response: httpx.Response) -> str:
    return "".join(call["function"].get("arguments", "") for call in calls(response))


@pytest.mark.parametrize("start", FAKES, ids=lambda start: start.name)
def test_what_is_told_of_a_fake_holds(start: Start) -> None:
    with start.open() as told, opened(told) as client:
        asked = {"model": told.model, "messages": MESSAGES}
        plain = client.post(CHAT, json=asked)
        assert plain.is_success == told.chat
        offered = client.post(CHAT, json=asked | {"tools": TOOLS})
        assert ("read_file" in offered.text) == told.tools
        assert ("reasoning" in plain.text or "<think>" in plain.text) == told.thinking
        if told.chat:
            assert client.post(CHAT, json=asked | {"model": "nope"}).status_code == (told.unknown_model or 200)
            refused = client.post(CHAT, json=asked | {"messages": LONG})
            ollama = told.kind == "ollama"
            assert refused.status_code == (200 if ollama else told.overflow)
            streamed = client.post(CHAT, json=asked | {"messages": LONG, "stream": True})
            assert streamed.is_success == (told.overflow_in_stream or ollama)


@pytest.mark.parametrize("start", FAKES, ids=lambda start: start.name)
def test_a_fake_notices_who_gives_up_and_can_be_cut(start: Start) -> None:
    with start.open() as told, opened(told) as client:
        assert told.fake is not None
        if not told.chat:
            return
        told.fake.knobs = replace(told.fake.knobs, event_seconds=0.02, texts=("x",) * 1000, tool_calls=())
        asked = {"model": told.model, "messages": MESSAGES, "stream": True}
        with client.stream("POST", CHAT, json=asked) as response:
            next(response.iter_bytes())
        assert told.cancelled()
        with client.stream("POST", CHAT, json=asked) as response:
            parts = response.iter_bytes()
            next(parts)
            told.restart()
            with pytest.raises(httpx.RemoteProtocolError):
                list(parts)
        told.fake.knobs = replace(told.fake.knobs, event_seconds=0.0)
        assert client.post(CHAT, json=asked | {"stream": False}).is_success


def test_counts_are_what_usage_says() -> None:
    asked = ASKED | {"tools": TOOLS}
    with running(fake_vllm()) as vllm, running(fake_tgi()) as tgi:
        for client, path, count in (
            (vllm, "/tokenize", lambda body: body["count"]),
            (tgi, "/chat_tokenize", lambda body: len(body["tokenize_response"])),
        ):
            counted = count(client.post(path, json=asked).json())
            assert counted == client.post(CHAT, json=asked).json()["usage"]["prompt_tokens"]
    with running(fake_llamacpp()) as client:
        prompt = client.post("/apply-template", json=asked).json()["prompt"]
        tokens = client.post("/tokenize", json={"content": prompt}).json()["tokens"]
        counted = client.post(f"{CHAT}/input_tokens", json=asked).json()["input_tokens"]
        assert len(tokens) == counted == client.post(CHAT, json=asked).json()["usage"]["prompt_tokens"]


def test_vllm_looks_for_a_tool_parser_before_template_and_lengths() -> None:
    with running(fake_vllm(Knobs(models=(FakeModel(chat=False, tools=False),)))) as client:
        refused = client.post(CHAT, json=ASKED | {"tools": TOOLS, "max_tokens": 99_999})
        assert refused.json()["error"]["message"] == NO_TOOL_PARSER
        assert "chat template" in client.post(CHAT, json=ASKED | {"tools": TOOLS, "tool_choice": "none"}).text


def test_vllm_says_how_much_room_the_answer_leaves() -> None:
    with running(fake_vllm()) as client:
        refused = client.post(CHAT, json=ASKED | {"messages": LONG, "max_tokens": 1000}).json()["error"]
        assert "requested 1000 output tokens and your prompt contains at least 3097 input" in refused["message"]
        assert (
            client.post(CHAT, json=ASKED | {"priority": 5, "max_tokens": 2}).json()["usage"]["completion_tokens"] == 2
        )


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"stop": list("abcde")}, "`stop` supports up to 4 stop sequences. Given: 5"),
        ({"top_p": 1.0}, "`top_p` must be > 0.0 and < 1.0"),
        ({"temperature": -1}, "`temperature` must be strictly positive"),
        ({"max_tokens": 0}, "`max_new_tokens` must be strictly positive"),
    ],
)
def test_tgi_refuses_parameters_out_of_bounds(asked: dict[str, Any], text: str) -> None:
    with running(fake_tgi()) as client:
        refused = client.post(CHAT, json=ASKED | asked)
        assert (refused.status_code, refused.json()["error"]) == (422, f"Input validation error: {text}")
        streamed = client.post(CHAT, json=ASKED | asked | {"stream": True})
        message = {"message": f"Input validation error: {text}", "http_status_code": 422}
        assert (streamed.status_code, data(streamed)) == (200, [{"error": message}])
        assert client.post(CHAT, json=ASKED | {"temperature": 0}).is_success


def test_tgi_3_repeats_a_calls_id_and_tgi_2_hides_its_name_in_an_object() -> None:
    asked = ASKED | {"tools": TOOLS, "stream": True}
    with running(fake_tgi(CALLING)) as client:
        streamed = client.post(CHAT, json=asked)
        assert {call["id"] for call in calls(streamed)} == {"0"}
        assert [call["function"]["name"] for call in calls(streamed)][:2] == ["read_file", None]
        assert json.loads(arguments(streamed)) == {"path": "d.py"}
        assert data(streamed)[-1]["choices"][0]["finish_reason"] == "stop"
    with running(fake_tgi(CALLING, version=V2)) as client:
        streamed = client.post(CHAT, json=asked)
        assert isinstance(data(streamed)[0]["choices"][0]["delta"]["tool_calls"], dict)
        assert json.loads(arguments(streamed)) == {"function": {"_name": "read_file", "path": "d.py"}}


def test_tgi_2_drops_an_error_of_a_streamed_chat() -> None:
    with running(fake_tgi(version=V2)) as client:
        dropped = client.post(CHAT, json=ASKED | {"messages": LONG, "stream": True})
        assert (dropped.status_code, dropped.text) == (200, "data:[DONE]\n\n")
        said = client.post("/generate_stream", json={"inputs": "word " * 9000})
        assert data(said)[0]["error_type"] == "validation"


def test_a_base_model_of_tgi_completes_and_does_not_chat() -> None:
    with running(fake_tgi(Knobs(models=(STARCODER,)))) as client:
        assert client.post(CHAT, json=ASKED).json()["error_type"] == "template_error"
        assert client.get("/info").json()["model_id"] == "bigcode/starcoder2-3b"
        completed = client.post("/v1/completions", json={"prompt": "def add(", "stream": True})
        assert [event["choices"][0]["finish_reason"] for event in data(completed)][-2:] == ["", "eos_token"]
        generated = client.post("/generate", json={"inputs": "def add("}).json()
        assert generated["generated_text"] == "Hello from the fake server."
        native = data(client.post("/generate_stream", json={"inputs": "def add("}))
        assert native[-1]["generated_text"] == generated["generated_text"]
        assert native[-1]["details"]["input_length"] == 2


def test_tgi_takes_another_models_name_for_an_adapter() -> None:
    with running(fake_tgi()) as client:
        names = [client.post(CHAT, json=ASKED | {"model": name}).json()["model"] for name in ("tgi", "other")]
    assert names == ["acme/coder", "other"]


def test_the_key_is_asked_for_where_the_server_asks() -> None:
    with running(fake_tgi(Knobs(key="k"))) as client:
        assert [client.get(path).status_code for path in ("/info", "/v1/models", "/health")] == [200] * 3
        assert client.post("/tokenize", json={"inputs": "a"}).status_code == 401
    with running(fake_vllm(Knobs(key="k"))) as client:
        assert client.post("/tokenize", json={"prompt": "a"}).is_success
        assert client.get("/v1/models").status_code == 401
    with running(fake_llamacpp(Knobs(key="k"))) as client:
        assert client.get("/health").is_success
        assert client.get("/props").status_code == 401
        assert client.get("/props", headers={"X-Api-Key": "k"}).is_success
    with running(fake_plain(Knobs(key="k"), others=403)) as client:
        assert client.get("/v1/models").status_code == 401
        assert client.get("/props", headers={"Authorization": "Bearer k"}).status_code == 403


def test_llamacpp_shows_chatml_for_a_base_model_and_drops_tools_without_a_word() -> None:
    base = FakeModel(chat=False, tools=True)
    with running(fake_llamacpp(replace(CALLING, models=(base,)), slots=2)) as client:
        props = client.get("/props").json()
        assert (props["chat_template"], props["total_slots"]) == (CHATML, 2)
        assert props["chat_template_caps"]["supports_tools"] is False
        with_tools = client.post(CHAT, json=ASKED | {"tools": TOOLS}).json()
        assert with_tools["usage"] == client.post(CHAT, json=ASKED).json()["usage"]
        assert with_tools["choices"][0]["finish_reason"] == "stop"


def test_llamacpp_says_how_far_it_is_when_asked() -> None:
    with running(fake_llamacpp()) as client:
        streamed = client.post(CHAT, json=ASKED | {"stream": True, "return_progress": True})
    assert [event["prompt_progress"]["processed"] for event in data(streamed) if "prompt_progress" in event] == [0, 6]


def test_ollama_keeps_the_context_length_of_the_last_request() -> None:
    with running(fake_ollama(Knobs(models=(FakeModel(loaded=False),)))) as client:
        assert client.get("/api/ps").json()["models"] == []
        client.post("/api/chat", json=ASKED | {"options": {"num_ctx": 8192}})
        assert client.get("/api/ps").json()["models"][0]["context_length"] == 8192
        client.post("/api/generate", json={"model": "acme/coder", "keep_alive": 0})
        assert client.get("/api/ps").json()["models"] == []


def test_ollama_drops_old_messages_unless_it_must_not() -> None:
    asked = ASKED | {"messages": [*LONG, *MESSAGES], "stream": False}
    with running(fake_ollama()) as client:
        assert client.post("/api/chat", json=asked).json()["prompt_eval_count"] == 6
        refused = client.post("/api/chat", json=asked | {"truncate": False})
        assert (refused.status_code, refused.json()) == (400, {"error": OVERFLOW})
        assert client.post("/api/chat", json=ASKED | {"messages": []}).json()["done_reason"] == "load"
        cut = client.post("/api/chat", json=asked | {"options": {"num_predict": 2}}).json()
        assert (cut["done_reason"], cut["eval_count"]) == ("length", 2)


def test_ollama_thinks_unless_it_is_told_not_to() -> None:
    knobs = Knobs(models=(FakeModel(thinking=True),), thinking=("Hm",))
    with running(fake_ollama(knobs)) as client:
        assert client.post("/api/chat", json=ASKED | {"stream": False}).json()["message"]["thinking"] == "Hm"
        quiet = client.post("/api/chat", json=ASKED | {"stream": False, "think": False}).json()
    assert "thinking" not in quiet["message"]


def test_lmstudio_answers_200_to_what_it_does_not_know_and_loads_what_is_asked_for() -> None:
    models = (FakeModel("acme/a"), FakeModel("acme/b", loaded=False))
    with running(fake_lmstudio(Knobs(models=models))) as client:
        unknown = client.get("/props")
        assert (unknown.status_code, unknown.json()) == (200, {"error": "Unexpected endpoint or method. (GET /props)"})
        assert [model["loaded_instances"] == [] for model in client.get("/api/v1/models").json()["models"]] == [
            False,
            True,
        ]
        assert client.post(CHAT, json=ASKED | {"model": "nope"}).json()["model"] == "acme/a"
        assert client.post(CHAT, json=ASKED | {"model": "acme/b"}).is_success
        assert [model["state"] for model in client.get("/api/v0/models").json()["data"]] == ["loaded"] * 2
        assert client.post(CHAT, json=ASKED | {"model": "nope"}).status_code == 404


def test_the_router_goes_to_the_provider_that_is_named() -> None:
    providers = (Provider("alpha"), Provider("beta", context_length=8, tools=False))
    headers = {"Authorization": "Bearer hf_fake"}
    with running(fake_huggingface(providers=providers)) as client:
        client.headers.update(headers)
        statuses = [
            client.post(CHAT, json=ASKED | {"model": name, "tools": TOOLS}).status_code
            for name in ("acme/coder", "acme/coder:alpha", "acme/coder:beta", "acme/coder:gamma")
        ]
        assert statuses == [200, 200, 400, 400]
        assert client.post(CHAT, json=ASKED | {"model": "nope"}).json()["error"]["code"] == "model_not_found"
    for status in (401, 402, 403, 429):
        with running(fake_huggingface(refusal=status)) as client:
            assert client.post(CHAT, json=ASKED, headers=headers).status_code == status


def test_sglang_without_a_parser_leaves_the_call_in_the_text() -> None:
    with running(fake_sglang(replace(CALLING, models=(FakeModel(tools=False),)))) as client:
        answered = client.post(CHAT, json=ASKED | {"tools": TOOLS}).json()
    assert answered["choices"][0]["message"]["content"].startswith('<tool_call>\n{"name": "read_file"')


def test_after_a_tools_result_the_model_answers_in_words() -> None:
    result = {"role": "tool", "tool_call_id": "1", "content": "ok"}
    with running(fake_plain(CALLING)) as client:
        answered = client.post(CHAT, json=ASKED | {"messages": [*MESSAGES, result], "tools": TOOLS}).json()
    assert answered["choices"][0]["message"]["content"] == "Hello from the fake server."


def test_knobs_can_be_turned_while_it_runs_and_paths_are_kept() -> None:
    server = fake_llamacpp(Knobs(loading=True))
    with running(server) as client:
        assert client.get("/props").status_code == 503
        server.knobs = replace(server.knobs, loading=False, usage=False)
        assert "usage" not in client.post(CHAT, json=ASKED).json()
    assert server.paths() == ["GET /props", "POST /v1/chat/completions"]

"""`inhouse/models`: what there is to talk to, and why something is not."""

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import delayed, html_page, json_reply, replay, silence
from tests.fakes.server import MODELS, FakeBackend, refusing_url
from tests.lsp.conftest import StartClient
from tests.user_file import write_user_file


async def test_embedded_model_is_listed_without_being_loaded(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        listed = await client.request("inhouse/models")
    (model,) = listed["models"]
    assert model == {
        "id": "embedded|smollm2-135m-instruct",
        "backend": "embedded",
        "name": "smollm2-135m-instruct",
        "contextLength": 8192,
        "maxInputTokens": 6144,
        "maxOutputTokens": 2048,
        "capabilities": {"chat": True, "toolCalling": False, "imageInput": False, "thinking": False, "fim": False},
        "local": True,
        "charsPerToken": model["charsPerToken"],
        "state": "ready",
        "detail": model["detail"],
        "contextSource": "server",
    }
    assert 1 < model["charsPerToken"] < 8
    assert (listed["default"], listed["problems"]) == (model["id"], [])


async def test_models_of_a_server_have_its_name_and_context(start_client: StartClient) -> None:
    names = ("Qwen/Qwen2.5-Coder-7B-Instruct", "with|bar", "tiny")
    with FakeBackend(models=answers.models(*names, context_length=32_768)) as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            listed = await client.request("inhouse/models")
    assert [model["id"] for model in listed["models"]] == [f"tgi|{name}" for name in names]
    assert {model["contextLength"] for model in listed["models"]} == {32_768}
    assert {(model["maxInputTokens"], model["maxOutputTokens"]) for model in listed["models"]} == {(24_576, 8192)}
    assert listed["default"] == f"tgi|{names[0]}"
    assert listed["problems"] == []


CONTEXTS = {
    "vllm/v1_models.json": ("server", 1024),
    "llamacpp/v1_models_alias_2slots.json": ("server", 1024),
    "tgi/v1_models.json": ("assumed", 4096),
}


async def test_context_length_is_the_servers_or_marked_as_assumed(
    start_client: StartClient, subtests: pytest.Subtests
) -> None:
    with FakeBackend() as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            for name, (source, length) in CONTEXTS.items():
                with subtests.test(name):
                    backend.answer(MODELS, replay(name))
                    (model, *_) = (await client.request("inhouse/models", {"refresh": True}))["models"]
                    assert (model["contextSource"], model["contextLength"]) == (source, length)


async def test_what_the_user_knows_better_is_announced(start_client: StartClient) -> None:
    override = {"name": answers.MODEL, "contextLength": 1024, "chat": False, "fim": True}
    with FakeBackend() as backend:
        settings = {"inhouse": {"backends": {"lab": {"url": backend.url, "models": [override]}}}}
        async with start_client(settings=settings) as client:
            listed = await client.request("inhouse/models")
    (model,) = listed["models"]
    assert (model["contextLength"], model["contextSource"]) == (1024, "config")
    assert (model["capabilities"]["chat"], model["capabilities"]["fim"]) == (False, True)
    assert listed["default"] is None


async def test_backends_that_fail_are_problems_and_hide_no_other(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with (
        refusing_url() as dead,
        FakeBackend() as good,
        FakeBackend(models=html_page()) as web,
        FakeBackend(models=silence()) as slow,
    ):
        urls = {"dead": dead, "good": good.url, "web": web.url, "slow": slow.url}
        backends: dict[str, dict[str, object]] = {f"backends.{name}": {"url": url} for name, url in urls.items()}
        write_user_file(home, backends | {"discovery": {"timeout": 0.5}})
        async with start_client() as client:
            listed = await client.request("inhouse/models", seconds=5)
            assert not client.notified("window/showMessage")
    assert [model["id"] for model in listed["models"]] == [f"good|{answers.MODEL}"]
    kinds = {problem["backend"]: problem["kind"] for problem in listed["problems"]}
    assert kinds == {"dead": "unreachable", "web": "bad_response", "slow": "timeout"}
    assert all(problem["message"] and problem["hint"] for problem in listed["problems"])


async def test_list_is_asked_for_once_and_anew_on_refresh(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            for _ in range(3):
                await client.request("inhouse/models")
            assert len(backend.exchanges(MODELS)) == 1
            backend.answer(MODELS, answers.models("another"))
            listed = await client.request("inhouse/models", {"refresh": True})
            assert [model["name"] for model in listed["models"]] == ["another"]
            await client.notification("inhouse/modelsChanged", seconds=5)


async def test_requests_at_once_share_one_list(start_client: StartClient) -> None:
    with FakeBackend(models=delayed(answers.models(), 0.3)) as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            running = [client.start("inhouse/models", {"refresh": True}) for _ in range(5)]
            assert all([(await one.result())["models"] for one in running])
        assert len(backend.exchanges(MODELS)) <= 2


async def test_entries_that_make_no_sense_are_left_out(start_client: StartClient) -> None:
    data = [None, 5, {}, {"id": 7}, {"id": ""}, {"id": "a\nb"}, {"id": "good", "max_model_len": -1}, {"id": "good"}]
    with FakeBackend(models=json_reply({"object": "list", "data": data})) as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            listed = await client.request("inhouse/models")
    assert [(model["name"], model["contextSource"]) for model in listed["models"]] == [("good", "assumed")]

"""`inhouse/models`: what there is to talk to, and why something is not."""

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import delayed, html_page, json_reply, replay, silence
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.server import MODELS, FakeBackend, refusing_url
from tests.lsp.asking import ask
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
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


OLLAMA_CHAT = "POST /api/chat"
ELSEWHERE = FakeModel("gpt-oss:120b-cloud", remote_host="https://ollama.com:443")
HERE = FakeModel("qwen:7b")


def by_name(listed: JsonObject) -> dict[str, JsonObject]:
    return {model["name"]: model for model in listed["models"]}


async def test_model_that_ollama_runs_elsewhere_is_shown_as_such_and_never_chosen_for_the_user(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_ollama(Knobs(models=(ELSEWHERE, HERE))) as server:
        write_user_file(home, {"backends.lab": {"url": server.url}, "embedded": {"enabled": False}})
        async with start_client() as client:
            listed = await client.request("inhouse/models")
            assert {name: model["local"] for name, model in by_name(listed).items()} == {
                ELSEWHERE.name: False,
                HERE.name: True,
            }
            assert "ollama.com" in by_name(listed)[ELSEWHERE.name]["detail"]
            assert listed["default"] == f"lab|{HERE.name}"
            assert (await client.chat(ask())).result["model"] == f"lab|{HERE.name}"
            assert (await client.chat(ask(model=f"lab|{ELSEWHERE.name}"))).result["model"] == f"lab|{ELSEWHERE.name}"
            server.knobs = Knobs(models=(ELSEWHERE,))
            await client.request("inhouse/models", {"refresh": True})
            with pytest.raises(ResponseError) as caught:
                await client.chat(ask())
            assert caught.value.kind == "no_backend"
        assert len(server.exchanges(OLLAMA_CHAT)) == 2


async def test_model_that_ollama_runs_elsewhere_is_out_of_reach_behind_an_air_gap(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_ollama(Knobs(models=(ELSEWHERE, HERE))) as server:
        tables = {"backends.lab": {"url": server.url}, "embedded": {"enabled": False}}
        write_user_file(home, tables | {"privacy": {"air_gapped": True}, "routing": {"order": ["lab"]}})
        async with start_client() as client:
            assert list(by_name(await client.request("inhouse/models"))) == [HERE.name]
            for params in (ask(model=f"lab|{ELSEWHERE.name}"), ask(model=ELSEWHERE.name)):
                with pytest.raises(ResponseError):
                    await client.chat(params)
            assert (await client.chat(ask())).result["model"] == f"lab|{HERE.name}"
        assert {one.request.json["model"] for one in server.exchanges(OLLAMA_CHAT)} == {HERE.name}


async def test_each_ability_is_as_the_user_says(start_client: StartClient) -> None:
    abilities = ("chat", "toolCalling", "imageInput", "thinking", "fim")
    model = FakeModel("m", tools=False, images=True, thinking=True, fim=False)
    with fake_ollama(Knobs(models=(model,))) as server:

        def settings(**said: object) -> JsonObject:
            return {"inhouse": {"backends": {"lab": {"url": server.url, "models": [{"name": "m", **said}]}}}}

        async with start_client(settings=settings()) as client:
            shown = by_name(await client.request("inhouse/models"))["m"]["capabilities"]
            assert shown == {"chat": True, "toolCalling": False, "imageInput": True, "thinking": True, "fim": False}
            for ability in abilities:
                wanted = not shown[ability]
                said = settings(**{ability: wanted}, contextLength=2000)
                client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=said))
                found = by_name(await client.request("inhouse/models"))["m"]
                assert (found["contextLength"], found["contextSource"]) == (2000, "config")
                changed = {name for name in abilities if found["capabilities"][name] != shown[name]}
                assert ability in changed, ability
                assert changed <= {ability, "toolCalling"} if ability == "chat" else changed == {ability}

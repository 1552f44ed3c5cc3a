"""A user sets one URL: what runs there is found out with few requests, kept, and found out again when it changes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from inhouse.config.schema import BackendSettings, Config
from inhouse.domain.conversation import ChatRequest, Message, Role, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Ability, ContextSource, Kind, Model, ModelState, Zone
from inhouse.domain.prompt import Prompt
from inhouse.domain.secret import Secret
from inhouse.governance.admission import Admitted, admit
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.catalog import Catalog
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.egress.credential import Credential, FixedKey
from inhouse.inference.known import Known, KnownServers
from inhouse.inference.remote import RemoteBackend
from tests.fakes.behaviours import json_reply, replay, silence
from tests.fakes.kinds.huggingface import fake_huggingface
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.lmstudio import fake_lmstudio
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.sglang import fake_sglang
from tests.fakes.kinds.tgi import fake_tgi
from tests.fakes.kinds.under_test import FAKES, MOST_REQUESTS, ServerUnderTest, Start
from tests.fakes.kinds.vllm import fake_vllm

REDACTOR = Redactor()

OPEN = Policy(air_gapped=False, local_networks=())


@asynccontextmanager
async def lab(
    url: str, cache: Path, *, kind: Kind = Kind.AUTO, key: str | None = None
) -> AsyncGenerator[RemoteBackend, None]:
    keys = FixedKey(Credential(Secret(key))) if key else None
    channel = Channel(Endpoint("lab", url), keys=keys)
    config = Config(backends={"lab": BackendSettings(url=url, kind=kind)})
    try:
        yield RemoteBackend("lab", config, channel, KnownServers(cache))
    finally:
        await channel.aclose()


async def found(url: str, cache: Path, *, kind: Kind = Kind.AUTO, key: str | None = None) -> tuple[Kind, Model]:
    async with lab(url, cache, kind=kind, key=key) as backend:
        models = await backend.models()
        return backend.software.kind, models[0]


def hello(model: Model) -> Admitted:
    request = ChatRequest("r1", (Message(Role.USER, (TextPart("Hi"),)),))
    return admit(Prompt(request, model), Zone.LOCAL, Policy(air_gapped=False, local_networks=()), REDACTOR)


def check(model: Model, server: ServerUnderTest) -> None:
    told = server.length_source == "server"
    assert model.id.name == server.model
    assert model.context_length == (server.context_length if told else 4096)
    assert model.context_source is (ContextSource.SERVER if told else ContextSource.ASSUMED)
    can = model.capabilities
    assert can.chat is server.chat
    if server.kind != "huggingface":  # whose two providers of this model differ in it
        assert can.tool_calling is server.tools or Ability.TOOLS in model.untold


@pytest.mark.parametrize("start", FAKES, ids=lambda start: start.name)
async def test_what_answers_is_found_out_with_few_requests(start: Start, tmp_path: Path) -> None:
    with start.open() as server:
        assert server.fake is not None
        kind, model = await found(server.url, tmp_path, key=server.key)
        assert kind.value == server.kind
        check(model, server)
        assert len(server.fake.paths()) <= MOST_REQUESTS, server.fake.paths()
        assert len(set(server.fake.paths())) == len(server.fake.paths())


@pytest.mark.parametrize("start", FAKES, ids=lambda start: start.name)
async def test_with_a_kind_only_its_own_paths_are_asked(start: Start, tmp_path: Path) -> None:
    own = {
        "vllm": {"/v1/models", "/version", "/tokenize", "/v1/chat/completions"},
        "tgi": {"/info", "/chat_tokenize"},
        "llamacpp": {"/v1/models", "/props", "/infill"},
        "ollama": {"/api/tags", "/api/ps", "/api/version", "/api/show"},
        "sglang": {"/v1/models", "/model_info"},
        "lmstudio": {"/api/v1/models"},
        "huggingface": {"/v1/models"},
        "openai": {"/v1/models", "/model/info"},
    }
    with start.open() as server:
        assert server.fake is not None
        _, model = await found(server.url, tmp_path, kind=Kind(server.kind), key=server.key)
        check(model, server)
        assert {path.partition(" ")[2] for path in server.fake.paths()} <= own[server.kind]


@pytest.mark.parametrize("start", FAKES, ids=lambda start: start.name)
async def test_the_next_process_believes_the_first_one_for_a_day(start: Start, tmp_path: Path) -> None:
    with start.open() as server:
        assert server.fake is not None
        first = await found(server.url, tmp_path, key=server.key)
        asked = len(server.fake.paths())
        assert await found(server.url, tmp_path, key=server.key) == first
        again = server.fake.paths()[asked:]
        assert not {"POST /v1/chat/completions", "POST /tokenize", "POST /chat_tokenize", "POST /infill"} & set(again)
        assert "GET /" not in again
        assert server.kind != "openai" or again in (["GET /v1/models"], ["GET /v1/models", "GET /model/info"])


@pytest.mark.parametrize("status", [401, 403, 404, 405])
async def test_a_path_that_was_refused_is_not_asked_again(status: int, tmp_path: Path) -> None:
    with fake_plain(others=status) as server:
        async with lab(server.url, tmp_path) as backend:
            await backend.models()
            first = server.paths()
            await backend.models()
            assert server.paths() == [*first, "GET /v1/models"]
        assert len(first) <= MOST_REQUESTS


async def test_a_refresh_finds_out_anew(tmp_path: Path) -> None:
    with fake_plain() as server:
        async with lab(server.url, tmp_path) as backend:
            await backend.models()
            first = len(server.paths())
            await backend.models(anew=True)
            assert len(server.paths()) == 2 * first


async def test_another_server_at_the_same_address_is_noticed(tmp_path: Path) -> None:
    """Each finds the record that was made of the one before."""
    records, known = KnownServers(tmp_path), Known()
    for make in (fake_vllm, fake_ollama, fake_sglang, fake_plain, fake_ollama, fake_vllm):
        with make() as server:
            records.write(server.url, known)
            kind, _ = await found(server.url, tmp_path)
            assert kind.value == make.__name__.removeprefix("fake_").replace("plain", "openai")
            known = records.read(server.url)


async def test_a_locked_server_is_left_alone_until_there_is_a_key(tmp_path: Path) -> None:
    with fake_vllm(Knobs(key="sk-1")) as server:
        async with lab(server.url, tmp_path) as backend:
            with pytest.raises(InhouseError) as caught:
                await backend.models()
        assert caught.value.kind is ErrorKind.UNAUTHORIZED
        assert server.paths() == ["GET /v1/models"]
        assert (await found(server.url, tmp_path, key="sk-1"))[0] is Kind.VLLM


async def test_llamacpp_is_known_while_it_loads(tmp_path: Path) -> None:
    with fake_llamacpp(Knobs(loading=True)) as server:
        async with lab(server.url, tmp_path) as backend:
            with pytest.raises(InhouseError) as caught:
                await backend.models()
            assert (caught.value.kind, backend.software.kind) == (ErrorKind.LOADING, Kind.LLAMACPP)
            server.knobs = Knobs()
            (model,) = await backend.models()
        assert model.context_length == 4096


@pytest.mark.parametrize("tools", [True, False])
async def test_whether_vllm_calls_tools_is_found_out_without_an_answer(tools: bool, tmp_path: Path) -> None:
    with fake_vllm(Knobs(models=(FakeModel(tools=tools),))) as server:
        _, model = await found(server.url, tmp_path)
        assert (model.capabilities.tool_calling, model.untold) == (tools, {Ability.IMAGES})
        (tried,) = server.exchanges("POST /v1/chat/completions")
        assert tried.request.json["max_tokens"] > model.context_length


async def test_what_only_looks_like_vllm_is_not_asked_for_an_answer(tmp_path: Path) -> None:
    with fake_vllm() as server:
        server.answer("GET /version", replay("vllm/404.json"))
        _, model = await found(server.url, tmp_path)
        assert server.exchanges("POST /v1/chat/completions") == []
        assert Ability.TOOLS in model.untold


class TestOllama:
    async def test_a_model_that_runs_elsewhere_is_not_local(self, tmp_path: Path) -> None:
        models = (FakeModel("here:1b"), FakeModel("big:cloud", remote_host="https://ollama.com:443"))
        with fake_ollama(Knobs(models=models)) as server:
            async with lab(server.url, tmp_path) as backend:
                assert {model.id.name: model.local for model in await backend.models()} == {
                    "here:1b": True,
                    "big:cloud": False,
                }

    async def test_a_model_that_is_not_loaded_gets_a_moderate_context(self, tmp_path: Path) -> None:
        unloaded = FakeModel(loaded=False)
        with fake_ollama(Knobs(models=(unloaded, replace(unloaded, name="small", max_context_length=2048)))) as server:
            async with lab(server.url, tmp_path) as backend:
                lengths = [model.context_length for model in await backend.models()]
        assert lengths[1] == 2048
        assert lengths[0] in (4096, 8192)


def test_a_record_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    records = KnownServers(tmp_path)
    known = records.read("http://lab")
    known.tell(Kind.VLLM, "said so")
    records.write("http://lab", known)
    (file,) = tmp_path.iterdir()
    assert records.read("http://lab").kind is Kind.VLLM
    assert file.stat().st_mode & 0o777 == 0o600
    for bad in (b"", b"{", b"[]", b'{"format": 1}', file.read_bytes().replace(b"vllm", b"what"), b"\xff" * 10):
        file.write_bytes(bad)
        assert records.read("http://lab").kind is None


async def test_a_router_promises_what_all_its_providers_can_and_names_each(tmp_path: Path) -> None:
    with fake_huggingface() as server:
        async with lab(server.url, tmp_path, kind=Kind.HUGGINGFACE) as backend:
            models = await backend.models()
    told = {model.id.name: (model.context_length, model.capabilities.tool_calling) for model in models}
    assert told == {
        "acme/coder": (2048, False),
        "acme/coder:alpha": (4096, True),
        "acme/coder:beta": (2048, False),
    }


async def test_models_of_a_server_that_is_down_are_remembered_by_the_next_process(tmp_path: Path) -> None:
    models = (FakeModel(tools=True), FakeModel("big:cloud", remote_host="https://ollama.com:443"))
    with fake_ollama(Knobs(models=models)) as server:
        _, model = await found(server.url, tmp_path)
    async with lab(server.url, tmp_path) as backend:
        catalog = Catalog({"lab": backend}, OPEN, lambda: None)
        entry = await catalog.entry("lab")
    assert entry.failure is not None
    assert [(each.id.name, each.state, each.local) for each in entry.models] == [
        ("acme/coder", ModelState.UNAVAILABLE, True),
        ("big:cloud", ModelState.UNAVAILABLE, False),
    ]
    assert entry.models[0].capabilities == model.capabilities


@pytest.mark.parametrize(
    ("purpose", "version", "priority"),
    [
        ("chat", "0.32.0", None),
        ("background", "0.32.0", 10),
        ("background", "0.11.2", None),
        ("background", None, None),
    ],
)
async def test_what_nobody_waits_for_comes_last_where_the_server_knows_priorities(
    purpose: Literal["chat", "background"], version: str | None, priority: int | None, tmp_path: Path
) -> None:
    with fake_vllm() as server:
        server.answer("GET /version", replay("vllm/404.json") if version is None else json_reply({"version": version}))
        async with lab(server.url, tmp_path) as backend:
            request = ChatRequest("r1", (Message(Role.USER, (TextPart("Hi"),)),), purpose=purpose)
            prompt = admit(Prompt(request, (await backend.models())[0]), Zone.LOCAL, OPEN, REDACTOR)
            async with backend.stream(prompt) as events:
                assert [event async for event in events]
        assert server.exchanges("POST /v1/chat/completions")[-1].request.json.get("priority") == priority


async def test_a_question_that_was_not_answered_in_time_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy Ollama is not taken for another server for a day: its models that run elsewhere would count as local."""
    monkeypatch.setattr("inhouse.inference.prober.PROBE_SECONDS", 0.2)
    with fake_ollama(Knobs(models=(FakeModel(name="far", remote_host="https://example.com"),))) as server:
        server.answer("GET /api/version", silence())
        async with lab(server.url, tmp_path) as backend:
            await backend.models()
            assert backend.software.kind is Kind.AUTO
        server.answer("GET /api/version", json_reply({"version": "0.24.0"}))
        kind, model = await found(server.url, tmp_path)
        assert (kind, model.local) == (Kind.OLLAMA, False)


async def test_what_is_known_stays_in_force_while_it_is_found_out_anew(tmp_path: Path) -> None:
    """A request that is under way meanwhile is sent in the server's own way."""
    with fake_ollama() as server:
        async with lab(server.url, tmp_path) as backend:
            (model,) = await backend.models()
            server.answer("GET /v1/models", silence())
            looking = asyncio.create_task(backend.models(anew=True))
            await server.wait_for_async("GET /v1/models", 2)
            async with backend.stream(hello(model)) as events:
                async for _ in events:
                    pass
            assert server.paths()[-1] == "POST /api/chat"
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            assert backend.software.kind is Kind.OLLAMA


async def test_of_many_models_only_a_few_are_tried_at_a_time(tmp_path: Path) -> None:
    models = tuple(FakeModel(name=f"acme/coder-{number}") for number in range(40))
    with fake_vllm(Knobs(models=models)) as server:
        async with lab(server.url, tmp_path) as backend:
            assert len(await backend.models()) == 40
            assert len(server.paths()) <= MOST_REQUESTS
            before = len(server.paths())
            await backend.models()
            assert 0 < server.paths()[before:].count("POST /tokenize") <= MOST_REQUESTS


@pytest.mark.parametrize("name", ["", "a\x1b[31mb", "a\u202eb", "x" * 10_000])
@pytest.mark.parametrize("make", [fake_tgi, fake_lmstudio, fake_ollama, fake_vllm])
async def test_a_name_that_cannot_be_shown_is_no_model(
    make: Callable[[Knobs], FakeServer], name: str, tmp_path: Path
) -> None:
    with make(Knobs(models=(FakeModel(name=name),))) as server:
        async with lab(server.url, tmp_path, kind=Kind(make.__name__.removeprefix("fake_"))) as backend:
            try:
                assert await backend.models() == ()
            except InhouseError as exc:
                assert exc.kind is ErrorKind.BAD_RESPONSE


async def test_what_a_server_says_of_itself_is_one_short_line_without_control_characters(tmp_path: Path) -> None:
    with fake_ollama() as server:
        server.answer("GET /api/version", json_reply({"version": "1\x1b]0;x\x07\u202e" + "9" * 5000}))
        async with lab(server.url, tmp_path) as backend:
            await backend.models()
            said = f"{backend.software.version}{backend.software.evidence}"
            assert (said.isprintable(), len(said) < 600) == (True, True)


@pytest.mark.parametrize(
    ("show", "running"),
    [('{"capabilities": [{}, []]}', "{}"), ("{}", '{"name": "acme/coder", "size": 1, "size_vram": -1e308}')],
)
async def test_absurd_figures_of_an_ollama_break_nothing(show: str, running: str, tmp_path: Path) -> None:
    with fake_ollama() as server:
        server.answer("POST /api/show", json_reply(json.loads(show)))
        server.answer("GET /api/ps", json_reply({"models": [json.loads(running)]}))
        async with lab(server.url, tmp_path, kind=Kind.OLLAMA) as backend:
            await backend.models()


async def test_a_server_that_was_started_anew_with_tools_is_found_out_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without, with_tools = Knobs(models=(FakeModel(tools=False),)), Knobs(models=(FakeModel(tools=True),))
    with fake_vllm(without) as server:
        assert not (await found(server.url, tmp_path))[1].capabilities.tool_calling
        server.knobs = with_tools
        assert not (await found(server.url, tmp_path))[1].capabilities.tool_calling
        monkeypatch.setattr("inhouse.inference.known.MISSED_SECONDS", 0.0)
        assert (await found(server.url, tmp_path))[1].capabilities.tool_calling


def test_a_key_opens_what_was_locked_without_one() -> None:
    known = Known(refused={"GET /props": 401, "GET /info": 404})
    known.sent(key=False)
    assert known.refused == {"GET /props": 401, "GET /info": 404}
    known.sent(key=True)
    assert known.refused == {"GET /info": 404}


async def test_installed_models_of_ollama_are_looked_at_once(tmp_path: Path) -> None:
    with fake_ollama(Knobs(models=(FakeModel("a:1b"), FakeModel("b:1b")))) as server:
        async with lab(server.url, tmp_path) as backend:
            first, second = await backend.models(), await backend.models()
        assert first == second
        assert len(server.exchanges("POST /api/show")) == 2


async def test_behind_an_air_gap_an_unknown_server_that_may_be_ollama_offers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inhouse.inference.prober.PROBE_SECONDS", 0.2)
    with fake_ollama(Knobs(models=(FakeModel(name="far", remote_host="https://example.com"),))) as server:
        server.answer("GET /api/version", silence())
        async with lab(server.url, tmp_path) as backend:
            policy = Policy(air_gapped=True, local_networks=())
            assert (await Catalog({"lab": backend}, policy, lambda: None).entry("lab")).models == ()

"""Filling in at each kind of server: what goes out, what comes back, and that leaving stops the server."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from inhouse.config.schema import BackendSettings, Config
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Finished, FinishReason, TextDelta
from inhouse.domain.fill import Fill, Filling, FillRequest, Snippet
from inhouse.domain.models import Model, Zone
from inhouse.governance.admission import AdmittedFill, admit_fill
from inhouse.governance.policy import Policy
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.remote import RemoteBackend
from tests.fakes.behaviours import replay
from tests.fakes.kinds.huggingface import fake_huggingface
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.lmstudio import fake_lmstudio
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.sglang import fake_sglang
from tests.fakes.kinds.tgi import fake_tgi
from tests.fakes.kinds.vllm import fake_vllm
from tests.unit.inference.test_remote import NOWHERE, REDACTOR

CODER = "acme/qwen2.5-coder-7b"
SOME = FillRequest("r1", "def add(a, b):\n    return ", "\n\nprint(add(1, 2))\n", name="add.py", stop=("\n\n",))
MARKED = f"<|fim_prefix|>{SOME.prefix}<|fim_suffix|>{SOME.suffix}<|fim_middle|>"


@asynccontextmanager
async def backend(fake: FakeServer) -> AsyncGenerator[tuple[RemoteBackend, Model], None]:
    channel = Channel(Endpoint("lab", fake.url))
    try:
        lab = RemoteBackend("lab", Config(backends={"lab": BackendSettings(url=fake.url)}), channel, NOWHERE)
        yield lab, (await lab.models())[0]
    finally:
        await channel.aclose()


def admitted(model: Model, request: FillRequest = SOME) -> AdmittedFill:
    policy = Policy(air_gapped=False, local_networks=())
    return admit_fill(Fill(request, model), Zone.LOCAL, policy, REDACTOR)


async def events(lab: RemoteBackend, asked: AdmittedFill) -> list[Event]:
    async with lab.fill(asked) as found:
        return [event async for event in found]


def text(found: list[Event]) -> str:
    return "".join(event.text for event in found if isinstance(event, TextDelta))


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of server, where it is asked, and what its request must hold."""

    make: Callable[[Knobs], FakeServer]
    path: str
    fields: dict[str, Any]


STOPS = ["\n\n", "<|endoftext|>", "<|fim_pad|>", "<|repo_name|>"]
COMPLETION = {"prompt": MARKED, "stop": STOPS, "max_tokens": 64, "temperature": 0.0, "stream": True}
CASES = {
    "openai": Case(lambda knobs: fake_plain(knobs, completes=True), "/v1/completions", COMPLETION | {"model": CODER}),
    "vllm": Case(fake_vllm, "/v1/completions", COMPLETION | {"skip_special_tokens": False, "priority": 5}),
    "sglang": Case(fake_sglang, "/v1/completions", COMPLETION),
    "lmstudio": Case(fake_lmstudio, "/v1/completions", COMPLETION),
    "tgi": Case(fake_tgi, "/v1/completions", COMPLETION | {"model": "tgi"}),
    "llamacpp": Case(
        fake_llamacpp,
        "/infill",
        {
            "input_prefix": SOME.prefix,
            "input_suffix": SOME.suffix,
            "n_predict": 64,
            "temperature": 0.0,
            "stop": ["\n\n"],
            "stream": True,
        },
    ),
    "ollama": Case(
        fake_ollama,
        "/api/generate",
        {
            "prompt": SOME.prefix,
            "suffix": SOME.suffix,
            "stream": True,
            "options": {"num_ctx": 4096, "num_predict": 64, "temperature": 0.0, "stop": ["\n\n"]},
        },
    ),
}
each_kind = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def knobs(*fills: str, name: str = CODER, fim: bool = True) -> Knobs:
    return Knobs(models=(FakeModel(name, fim=fim, thinking=True),), thinking=("Hm",), fills=fills or ("a", " + b"))


@each_kind
async def test_each_kind_is_asked_in_its_own_way(case: Case) -> None:
    with case.make(knobs()) as fake:
        async with backend(fake) as (lab, model):
            assert lab.filling(model) is Filling.SNIPPETS
            found = await events(lab, admitted(model))
        assert text(found) == "a + b"
        last = found[-1]
        assert isinstance(last, Finished)
        assert (last.finish_reason, last.model) == (FinishReason.STOP, f"lab|{CODER}")
        asked = fake.exchanges()[-1].request
        assert asked.path == case.path
        assert {name: asked.json[name] for name in case.fields} == case.fields


@each_kind
async def test_leaving_stops_the_server(case: Case) -> None:
    with case.make(replace(knobs(*"abcdefghij"), event_seconds=0.05)) as fake:
        async with backend(fake) as (lab, model):
            async with lab.fill(admitted(model)) as found:
                async for event in found:
                    if isinstance(event, TextDelta):
                        break
            assert await asyncio.to_thread(fake.exchanges()[-1].closed_by_client)


@each_kind
async def test_what_ends_an_answer_is_found_however_the_server_cuts_it(case: Case) -> None:
    """And the server is stopped, which would go on for ten seconds."""
    with case.make(replace(knobs("a", " + b\n", "\ndef", *"x" * 100), event_seconds=0.1)) as fake:
        async with backend(fake) as (lab, model):
            found = await events(lab, admitted(model))
            assert text(found) == "a + b"
            assert isinstance(found[-1], Finished)
            assert await asyncio.to_thread(fake.exchanges()[-1].closed_by_client)


@each_kind
async def test_an_answer_that_breaks_off_is_no_answer(case: Case) -> None:
    with case.make(replace(knobs("a", " + b"), breaks_after=1)) as fake:
        async with backend(fake) as (lab, model):
            with pytest.raises(InhouseError) as caught:
                await events(lab, admitted(model))
            assert caught.value.kind in (ErrorKind.SERVER_ERROR, ErrorKind.INCOMPLETE)


@each_kind
async def test_an_answer_of_many_tokens_says_that_it_was_cut(case: Case) -> None:
    with case.make(knobs(*"abc")) as fake:
        async with backend(fake) as (lab, model):
            last = (await events(lab, admitted(model, replace(SOME, max_tokens=2))))[-1]
            assert isinstance(last, Finished)
            assert last.finish_reason is FinishReason.LENGTH


@each_kind
async def test_a_model_without_markers_goes_on_only_where_the_line_ends(case: Case) -> None:
    with case.make(knobs(name="acme/plain", fim=False)) as fake:
        async with backend(fake) as (lab, model):
            assert lab.filling(model) is Filling.END
            assert text(await events(lab, admitted(model))) == "a + b"
            assert fake.exchanges()[-1].request.json["prompt"] == SOME.prefix
            before = len(fake.exchanges())
            with pytest.raises(InhouseError) as caught:
                await events(lab, admitted(model, replace(SOME, suffix=")\n")))
            assert (caught.value.kind, len(fake.exchanges())) == (ErrorKind.UNSUPPORTED, before)


async def test_an_ollama_model_whose_template_cannot_is_sent_its_familys_markers() -> None:
    with fake_ollama(knobs(fim=False)) as fake:
        async with backend(fake) as (lab, model):
            assert model.capabilities.fim
            assert text(await events(lab, admitted(model))) == "a + b"
        asked = fake.exchanges()[-1].request.json
        assert (asked["prompt"], asked["raw"], "suffix" in asked) == (MARKED, True, False)


async def test_an_empty_suffix_does_not_make_a_chat_of_it_at_ollama() -> None:
    with fake_ollama(knobs(name="acme/own", fim=True)) as fake:
        async with backend(fake) as (lab, model):
            await events(lab, admitted(model, replace(SOME, suffix="")))
        asked = fake.exchanges()[-1].request.json
        assert (asked["prompt"], asked["raw"]) == (SOME.prefix, True)


async def test_llamacpp_is_sent_snippets_for_itself_to_place() -> None:
    with fake_llamacpp(knobs()) as fake:
        async with backend(fake) as (lab, model):
            await events(lab, admitted(model, replace(SOME, snippets=(Snippet("b.py", "x = 1\n"),))))
        assert fake.exchanges()[-1].request.json["input_extra"] == [{"filename": "b.py", "text": "x = 1\n"}]


async def test_a_router_of_chats_is_not_asked() -> None:
    with fake_huggingface(knobs()) as fake:
        async with backend(fake) as (lab, model):
            assert lab.filling(model) is Filling.NOTHING
            before = len(fake.exchanges())
            with pytest.raises(InhouseError) as caught:
                await events(lab, admitted(model))
            assert (caught.value.kind, len(fake.exchanges())) == (ErrorKind.UNSUPPORTED, before)


async def test_who_has_no_completions_is_asked_once() -> None:
    with fake_plain(knobs()) as fake:
        async with backend(fake) as (lab, model):
            for _ in range(2):
                with pytest.raises(InhouseError):
                    await events(lab, admitted(model))
            assert lab.filling(model) is Filling.NOTHING
            assert fake.paths().count("POST /v1/completions") == 1
            await lab.models()
            assert lab.filling(model) is Filling.SNIPPETS


async def test_a_llamacpp_that_was_started_anew_with_another_model_is_asked_once() -> None:
    with fake_llamacpp(knobs()) as fake:
        async with backend(fake) as (lab, model):
            fake.serve({"POST /infill": replay("llamacpp/infill_unsupported_501.json")})
            with pytest.raises(InhouseError):
                await events(lab, admitted(model))
            assert lab.filling(model) is Filling.NOTHING

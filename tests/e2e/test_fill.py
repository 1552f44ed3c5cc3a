"""Filling in at real servers: with the embedded model as it is, and with one that has Qwen-Coder's markers."""

import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse.config.schema import Config, Embedded
from inhouse.domain.events import FinishReason, TextDelta
from inhouse.domain.fill import Filling, Snippet
from inhouse.inference.embedded.backend import EmbeddedBackend
from inhouse.inference.embedded.process import EngineSettings
from inhouse.inference.embedded.supervisor import Supervisor
from tests.e2e.filling import MARKED_TOKENS, PLACE, PREFIX_TOKENS, admitted, backend, filled
from tests.e2e.servers import fim_model
from tests.e2e.servers.llamacpp import Options, llamacpp
from tests.e2e.servers.ollama import create, modelfile
from tests.e2e.servers.running import RunningServer
from tests.until import until

MARKED = "<|fim_prefix|>{{ .Prompt }}<|fim_suffix|>{{ .Suffix }}<|fim_middle|>"
INSERTS = f"{{{{ if .Suffix }}}}{MARKED}{{{{ else }}}}{{{{ .Prompt }}}}{{{{ end }}}}"


@pytest.fixture(scope="module")
def coder(tmp_path_factory: pytest.TempPathFactory, embedded_model: Path) -> Path:
    return fim_model.with_markers(embedded_model, tmp_path_factory.mktemp("coder"))


@pytest.fixture(scope="module")
def llamacpp_coder(tmp_path_factory: pytest.TempPathFactory, coder: Path) -> Generator[RunningServer]:
    with llamacpp(tmp_path_factory.mktemp("llamacpp-coder"), coder, Options(alias="coder")) as server:
        yield server


async def test_llamacpp_fills_in_with_the_markers_of_its_model(llamacpp_coder: RunningServer) -> None:
    async with backend(llamacpp_coder, "coder") as (lab, model):
        assert lab.filling(model) is Filling.SNIPPETS
        text, last = await filled(lab, admitted(model))
        assert text
        assert (last.model, last.usage.exact) == ("lab|coder", True)
        _, longer = await filled(lab, admitted(model, replace(PLACE, suffix=PLACE.suffix + "print(add(3, 4))\n")))
        assert longer.usage.input_tokens > last.usage.input_tokens, "it has read the suffix"
        _, wider = await filled(lab, admitted(model, replace(PLACE, snippets=(Snippet("b.py", "x = 1\n"),))))
        assert wider.usage.input_tokens > last.usage.input_tokens, "it has read the snippet"


async def test_llamacpp_reads_a_marker_in_a_file_as_text(llamacpp_coder: RunningServer) -> None:
    async with backend(llamacpp_coder, "coder") as (lab, model):
        marked, plain = "x = '<|fim_middle|>'\n", "x = ''\n"
        counts = [
            (await filled(lab, admitted(model, replace(PLACE, prefix=prefix))))[1].usage.input_tokens
            for prefix in (marked, plain)
        ]
        assert counts[0] - counts[1] > 1


async def test_llamacpp_goes_on_where_its_model_has_no_markers_and_stops_when_left(
    llamacpp_server: RunningServer,
) -> None:
    def idle() -> bool:
        with llamacpp_server.client() as client:
            return not client.get("/slots").json()[0]["is_processing"]

    story = replace(PLACE, prefix="Once upon a time there was a small village, and", suffix="", max_tokens=1000)
    async with backend(llamacpp_server, llamacpp_server.model) as (lab, model):
        assert lab.filling(model) is Filling.END
        async with lab.fill(admitted(model, story)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
            assert not idle()
        await until(idle, 2.0)


async def test_a_stop_text_ends_an_answer_of_llamacpp(llamacpp_server: RunningServer) -> None:
    story = replace(PLACE, prefix="Once upon a time there was a small village, and", suffix="", max_tokens=100)
    async with backend(llamacpp_server, llamacpp_server.model) as (lab, model):
        whole, _ = await filled(lab, admitted(model, story))
        word = whole.split()[3]
        cut, last = await filled(lab, admitted(model, replace(story, stop=(word,))))
        assert (cut, last.finish_reason) == (whole.partition(word)[0], FinishReason.STOP)


@pytest.mark.parametrize(
    ("name", "template", "filling"),
    [
        ("inserts", INSERTS, Filling.MIDDLE),
        (fim_model.NAME, "{{ .Prompt }}", Filling.SNIPPETS),
        ("neither", "{{ .Prompt }}", Filling.END),
    ],
)
async def test_ollama_by_the_models_template_by_its_familys_markers_or_without(
    ollama_server: RunningServer, coder: Path, name: str, template: str, filling: Filling
) -> None:
    """The first two ways make the same prompt."""
    create(ollama_server, name, modelfile(coder, template=template, num_ctx=1024))
    try:
        async with backend(ollama_server, f"{name}:latest") as (lab, model):
            assert lab.filling(model) is filling
            text, last = await filled(lab, admitted(model))
            assert text
            assert last.usage.input_tokens == (MARKED_TOKENS if filling.both_sides else PREFIX_TOKENS)
    finally:
        with ollama_server.client() as client:
            client.request("DELETE", "/api/delete", json={"model": name})


@pytest.mark.parametrize("markers", [True, False], ids=["markers", "as it is"])
async def test_the_embedded_engine_fills_in(embedded_model: Path, coder: Path, markers: bool) -> None:
    model = coder if markers else embedded_model
    with tempfile.TemporaryDirectory(prefix="ih-") as runtime:
        settings = EngineSettings(model, model.stem, threads=1, idle_unload=600, runtime=Path(runtime))
        supervisor = Supervisor(settings)
        try:
            engine = EmbeddedBackend(Config(embedded=Embedded(model=str(model))), Path(runtime), supervisor)
            (listed,) = await engine.models()
            assert engine.filling(listed) is (Filling.SNIPPETS if markers else Filling.END)
            text, last = await filled(engine, admitted(listed))
            assert text
            assert last.usage.input_tokens == (MARKED_TOKENS if markers else PREFIX_TOKENS)
        finally:
            await supervisor.aclose()

"""A backend at a URL, against servers that are healthy, strange, slow or not what they should be."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inhouse.config.schema import BackendSettings, Config, Discovery, ModelOverride, Privacy
from inhouse.domain.conversation import ChatRequest, Message, Role, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Progress, Stage
from inhouse.domain.models import ContextSource, Count, Kind, Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import Admitted, admit, admit_text
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.known import KnownServers
from inhouse.inference.remote import RemoteBackend
from tests.fakes import answers
from tests.fakes.behaviours import (
    cut_after,
    delayed,
    dripped,
    html_page,
    json_reply,
    paced,
    redirect,
    replay,
    reply,
    sequence,
    silence,
    steps,
    stream,
)
from tests.fakes.server import CHAT, MODELS, TOKENIZE, FakeBackend
from tests.fakes.wire import Behaviour, Fin, Head, Rst, Stall
from tests.unit.inference.openai.streams import told

REDACTOR = Redactor()

OPEN = Policy(air_gapped=False, local_networks=())
NOWHERE = KnownServers(Path("/dev/null/servers"))
"""What is found out is kept by nobody."""
COUNT = "POST /v1/chat/completions/input_tokens"


@asynccontextmanager
async def remote(url: str, **settings: object) -> AsyncGenerator[RemoteBackend, None]:
    discovery = Discovery(timeout=0.6)
    lab = BackendSettings(url=url, **settings)  # pyright: ignore[reportArgumentType]
    channel = Channel(Endpoint("lab", url.removesuffix("/v1")))
    try:
        yield RemoteBackend("lab", Config(backends={"lab": lab}, discovery=discovery), channel, NOWHERE)
    finally:
        await channel.aclose()


async def admitted(lab: RemoteBackend) -> Admitted:
    request = ChatRequest("r1", (Message(Role.USER, (TextPart("Hi"),)),))
    return admit(Prompt(request, (await lab.models())[0]), await lab.zone(), OPEN, REDACTOR)


async def chat(lab: RemoteBackend) -> list[str]:
    prompt = await admitted(lab)
    found: list[str] = []
    try:
        async with lab.stream(prompt) as events:
            async for event in events:
                found = _with(found, told([event]))
    except InhouseError as error:
        assert error.hint
        found.append(f"error {error.kind.value}")
    return found


def _with(found: list[str], more: list[str]) -> list[str]:
    if found and more and found[-1].startswith("text ") and more[0].startswith("text "):
        return [*found[:-1], found[-1] + more[0].removeprefix("text ")]
    return found + more


GOOD = ["text Hello from the fake backend.", "finished stop 5+6"]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (answers.chat(), GOOD),
        (dripped(answers.chat()), GOOD),
        (paced(answers.chat(), 0.02), GOOD),
        (stream(*answers.chat_events(["Hi"]), content_type="text/plain"), ["text Hi", "finished stop"]),
        (stream(*answers.chat_events(["Hi"]), content_type=""), ["text Hi", "finished stop"]),
        (cut_after(answers.chat(), 3, Fin()), ["text Hello from", "error incomplete"]),
        (cut_after(answers.chat(), 3, Rst()), ["text Hello from", "error incomplete"]),
        (cut_after(answers.chat(), 3, Stall()), ["text Hello from", "error timeout"]),
        (cut_after(answers.chat(), 0, Fin()), ["error unreachable"]),
        (steps(Fin()), ["error unreachable"]),
        (silence(), ["error timeout"]),
        (steps(Head(), Stall()), ["error timeout"]),
        (html_page(), ["error bad_response"]),
        (json_reply({"choices": []}), ["error bad_response"]),
        (json_reply({"error": {"message": "boom"}}), ["error server_error"]),
        (json_reply({"error": "Model is overloaded"}), ["error overloaded"]),
        (replay("tgi/overloaded_in_stream.sse"), ["error overloaded"]),
        (replay("vllm/chat_wrong_model_404.json"), ["error model_not_found"]),
        (replay("llamacpp/loading_503.json"), ["error loading"]),
        (redirect("http://127.0.0.1:9/"), ["error bad_response"]),
        (reply(204), ["error bad_response"]),
        (reply(502, b"<html>"), ["error server_error"]),
        (delayed(answers.chat(), 0.1), GOOD),
    ],
)
async def test_a_chat(behaviour: Behaviour, expected: list[str]) -> None:
    with FakeBackend(chat=behaviour) as backend:
        async with remote(backend.url, first_token_timeout=0.4, idle_timeout=0.4) as lab:
            assert await chat(lab) == expected
        assert all(one.request.header("x-request-id") == "r1" for one in backend.exchanges(CHAT))


async def test_a_status_counts_although_its_body_never_ends() -> None:
    with FakeBackend(chat=steps(Head(500), Stall())) as backend:
        async with remote(backend.url) as lab:
            assert await asyncio.wait_for(chat(lab), 5) == ["error server_error"]


async def test_leaving_a_chat_ends_it_at_the_backend() -> None:
    with FakeBackend(chat=paced(answers.chat(("word ",) * 1000), 0.01)) as backend:
        async with remote(backend.url) as lab:
            async with lab.stream(await admitted(lab)) as events:
                async for event in events:
                    if told([event]):
                        break
            assert await backend.exchanges(CHAT)[0].closed_by_client_async(2)


async def test_only_so_many_at_once_and_the_next_one_is_told() -> None:
    with FakeBackend(chat=silence()) as backend:
        async with remote(backend.url, max_concurrency=1) as lab:
            first = asyncio.create_task(chat(lab))
            await backend.wait_for_async(CHAT)
            async with lab.stream(await admitted(lab)) as events:
                waiting = await anext(events)
                assert isinstance(waiting, Progress)
                assert waiting.stage is Stage.QUEUED
            backend.answer(CHAT, answers.chat())
            second = asyncio.create_task(chat(lab))
            first.cancel()
            assert await second == GOOD
        assert len(backend.exchanges(CHAT)) == 2


@pytest.mark.parametrize(("kind", "extra"), [(Kind.LLAMACPP, True), (Kind.AUTO, False), (Kind.VLLM, False)])
async def test_what_only_one_server_understands_goes_only_there(kind: Kind, extra: bool) -> None:
    with FakeBackend() as backend:
        async with remote(backend.url, kind=kind) as lab:
            assert await chat(lab) == GOOD
        assert ("return_progress" in backend.exchanges(CHAT)[0].request.json) is extra


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (silence(), ErrorKind.TIMEOUT),
        (steps(Head(), Stall()), ErrorKind.TIMEOUT),
        (replay("vllm/unauthorised_401.json"), ErrorKind.UNAUTHORIZED),
        (reply(500), ErrorKind.SERVER_ERROR),
        (html_page(), ErrorKind.BAD_RESPONSE),
        (redirect("/elsewhere"), ErrorKind.BAD_RESPONSE),
        (steps(Rst()), ErrorKind.UNREACHABLE),
    ],
)
async def test_no_list_of_models(behaviour: Behaviour, kind: ErrorKind) -> None:
    with FakeBackend(models=behaviour) as backend:
        async with remote(backend.url) as lab:
            with pytest.raises(InhouseError) as caught:
                await lab.models()
    assert (caught.value.kind, caught.value.backend) == (kind, "lab")


@pytest.mark.parametrize("suffix", ["", "/v1"])
async def test_models_with_the_settings_word_on_them(suffix: str) -> None:
    override = ModelOverride(name="b", context_length=512, chat=False)
    with FakeBackend(models=answers.models("a", "b", context_length=2048)) as backend:
        async with remote(backend.url + suffix, models=(override,)) as lab:
            a, b = await lab.models()
        assert backend.exchanges(MODELS)
    assert (str(a.id), a.context_length, a.context_source) == ("lab|a", 2048, ContextSource.SERVER)
    assert (str(b.id), b.context_length, b.context_source) == ("lab|b", 512, ContextSource.CONFIG)
    assert (a.local, a.capabilities.chat, b.capabilities.chat) == (True, True, False)


@pytest.mark.parametrize(
    ("url", "settings", "zone"),
    [
        ("http://127.0.0.1:1", {}, Zone.LOCAL),
        ("http://localhost:1", {}, Zone.LOCAL),
        ("http://10.1.2.3", {}, Zone.LOCAL),
        ("http://[fd00::1]", {}, Zone.LOCAL),
        ("http://8.8.8.8", {}, Zone.CLOUD),
        ("http://169.254.169.254", {}, Zone.CLOUD),
        ("http://203.0.113.9", {}, Zone.LOCAL),
        ("http://nowhere.invalid", {}, Zone.CLOUD),
        ("http://127.0.0.1:1", {"zone": "cloud"}, Zone.CLOUD),
        ("http://8.8.8.8", {"zone": "local"}, Zone.LOCAL),
        ("http://127.0.0.1:1", {"kind": Kind.HUGGINGFACE}, Zone.CLOUD),
    ],
)
async def test_where_it_is(url: str, settings: dict[str, object], zone: Zone) -> None:
    lab = BackendSettings(url=url, **settings)  # pyright: ignore[reportArgumentType]
    config = Config(backends={"lab": lab}, privacy=Privacy(local_networks=("203.0.113.0/24",)))
    assert await RemoteBackend("lab", config, Channel(Endpoint("lab", url)), NOWHERE).zone() is zone


class TestCounting:
    async def test_llamacpp_counts_exactly(self) -> None:
        with FakeBackend(tokenize=replay("llamacpp/tokenize.json")) as backend:
            backend.answer(COUNT, replay("llamacpp/chat_input_tokens.json"))
            async with remote(backend.url, kind=Kind.LLAMACPP) as lab:
                assert await _messages(lab) == Count(36, exact=True)
                assert await _text(lab, "def add(a, b):") == Count(12, exact=True)
            sent = [backend.exchanges(route)[0].request.json for route in (COUNT, TOKENIZE)]
        assert sent[0] == {"model": answers.MODEL, "messages": [{"role": "user", "content": "Hi"}]}
        assert sent[1] == {"content": "def add(a, b):", "add_special": False, "parse_special": False}

    async def test_nothing_is_nothing(self) -> None:
        with FakeBackend() as backend:
            async with remote(backend.url, kind=Kind.LLAMACPP) as lab:
                assert await _text(lab, "") == Count(0, exact=True)
            assert backend.exchanges() == []

    async def test_other_servers_are_not_asked(self) -> None:
        with FakeBackend() as backend:
            async with remote(backend.url, kind=Kind.OPENAI) as lab:
                assert await _text(lab, "x") is None
                assert await _messages(lab) is None
            assert [one.request.route for one in backend.exchanges()] == [MODELS]

    @pytest.mark.parametrize(
        "answer",
        [
            json_reply({"tokens": []}),
            json_reply({"tokens": "x"}),
            json_reply([]),
            reply(200, b"<html>"),
            reply(401),
            reply(403),
            reply(404),
            reply(405),
            json_reply({"error": {"message": "Field required at ('body', 'prompt')"}}, status=400),
        ],
    )
    async def test_a_server_that_cannot_count_leaves_it_to_an_estimate(self, answer: Behaviour) -> None:
        with FakeBackend(tokenize=answer) as backend:
            async with remote(backend.url, kind=Kind.LLAMACPP) as lab:
                assert await _text(lab, "x") is None

    @pytest.mark.parametrize("status", [401, 403, 404, 405])
    async def test_a_path_that_is_refused_is_not_sent_every_prompt(self, status: int) -> None:
        with FakeBackend(tokenize=reply(status)) as backend:
            async with remote(backend.url, kind=Kind.LLAMACPP) as lab:
                for _ in range(3):
                    assert await _text(lab, "x") is None
            assert len(backend.exchanges(TOKENIZE)) == 1

    async def test_what_passes_is_tried_again_as_with_a_chat(self) -> None:
        with FakeBackend(tokenize=sequence(reply(503), replay("llamacpp/tokenize.json"))) as backend:
            async with remote(backend.url, kind=Kind.LLAMACPP) as lab:
                assert await _text(lab, "def add(a, b):") == Count(12, exact=True)

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [(reply(500), ErrorKind.SERVER_ERROR), (silence(), ErrorKind.TIMEOUT)],
    )
    async def test_a_count_that_fails(self, answer: Behaviour, kind: ErrorKind) -> None:
        with FakeBackend(tokenize=answer) as backend:
            async with remote(backend.url, kind=Kind.LLAMACPP, first_token_timeout=0.3) as lab:
                with pytest.raises(InhouseError) as caught:
                    await _text(lab, "x")
        assert (caught.value.kind, caught.value.backend) == (kind, "lab")


async def _messages(lab: RemoteBackend) -> Count | None:
    return await lab.count_messages(await admitted(lab))


async def _text(lab: RemoteBackend, text: str) -> Count | None:
    return await lab.count_text(admit_text(text, "r1", "lab", Zone.LOCAL, OPEN, REDACTOR))

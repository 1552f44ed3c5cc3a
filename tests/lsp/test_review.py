"""The review of documents: its findings are diagnostics, and nothing is called clean that was not read."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.behaviours import cut_after, json_reply
from tests.fakes.exchange import Exchange
from tests.fakes.server import CHAT, FakeBackend, refusing_url
from tests.fakes.wire import Behaviour, Request, Stall
from tests.lsp.client import CAPABILITIES
from tests.lsp.conftest import StartClient
from tests.lsp.editing import Editing
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.lsp.running import RunningRequest

REVIEW, PUBLISH = "source.inhouse.review", types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS
CODE = "import os\n\ndef first(items):\n    return items[0]\n\ndef run(command):\n    os.system(command)\n"
FINDING: JsonObject = {
    "file": "calc.py",
    "line": 4,
    "severity": "error",
    "category": "bug",
    "title": "Fails for an empty list",
    "explanation": "`items[0]` raises IndexError when items is empty.",
    "suggestion": "    return items[0] if items else None",
    "confidence": 0.9,
}
OTHER: JsonObject = {
    "file": "calc.py",
    "line": 7,
    "severity": "warning",
    "category": "security",
    "title": "Runs anything",
    "explanation": "`os.system` runs what it is given.",
    "confidence": 0.9,
}


def said(*findings: JsonObject) -> str:
    return json.dumps({"findings": findings})


@dataclass(frozen=True, slots=True)
class Scene:
    editor: Editing
    backend: FakeBackend
    folder: Path

    def open(self, text: str = CODE, name: str = "calc.py") -> str:
        return self.editor.open(self.folder / name, "python", text)

    def start(self, uri: str, **params: object) -> RunningRequest:
        return self.editor.client.start("inhouse/review", {"uris": [uri], **params})

    async def review(self, uri: str, **params: object) -> JsonObject:
        return await self.start(uri, **params).result()

    async def command(self, argument: JsonObject, **params: object) -> JsonObject:
        given = {"command": "inhouse.review", "arguments": [argument], **params}
        return await self.editor.client.request("workspace/executeCommand", given)

    async def published(self, number: int = 1) -> list[JsonObject]:
        return (await self.editor.client.notification(PUBLISH, number))["diagnostics"]

    async def settled(self, lines: list[int]) -> None:
        """The diagnostics that were published last come to stand on these lines."""
        client = self.editor.client
        await client.pulse.until(lambda: starts(client.notified(PUBLISH)[-1]["diagnostics"]) == lines)

    def close(self, uri: str) -> None:
        named = types.TextDocumentIdentifier(uri=uri)
        self.editor.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=named))

    def prompt(self, number: int = -1) -> str:
        messages: list[JsonObject] = self.backend.exchanges(CHAT)[number].request.json["messages"]
        return "\n".join(message["content"] for message in messages)

    def messages(self) -> list[str]:
        return [params["message"] for params in self.editor.client.notified("window/showMessage")]


Play = Callable[..., AbstractAsyncContextManager[Scene]]


def starts(diagnostics: list[JsonObject]) -> list[int]:
    return [each["range"]["start"]["line"] for each in diagnostics]


def in_turn(*texts: str) -> Behaviour:
    """One answer after the other, the last one for ever."""
    left = list(texts)
    return lambda request: answers.chat((left.pop(0) if len(left) > 1 else left[0],))(request)


@pytest.fixture
def play(start_client: StartClient, workspace: Path) -> Play:
    @asynccontextmanager
    async def play(*texts: str, inhouse: JsonObject | None = None, **options: Any) -> AsyncGenerator[Scene]:  # noqa: ANN401  # start_client's
        with FakeBackend(chat=in_turn(*texts) if texts else None) as backend:
            settings = {"huggingface": {"customTGIEndpoint": backend.url}, "inhouse": inhouse or {}}
            async with start_client(settings=settings, **options) as client:
                yield Scene(Editing(client), backend, workspace)

    return play


class TestFindings:
    async def test_are_reported_and_shown_as_diagnostics(self, play: Play) -> None:
        async with play(said(OTHER, FINDING)) as scene:
            uri = scene.open()
            report = await scene.review(uri)
            first, second = report["findings"]
            assert (first["uri"], first["severity"], first["category"]) == (uri, "error", "bug")
            assert first["range"] == {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 19}}
            assert first["suggestion"] == FINDING["suggestion"]
            assert "suggestion" not in second
            assert (report["version"], report["model"], report["backend"]) == (1, f"tgi|{answers.MODEL}", "tgi")
            assert report["coverage"] == {"files": 1, "hunks": 1, "skipped": [], "notReviewed": []}
            error, warning = await scene.published()
            assert error["range"] == first["range"]
            assert (error["source"], error["severity"], error["code"]) == ("inhouse", 1, "bug")
            assert error["message"] == f"{FINDING['title']}\n{FINDING['explanation']}"
            assert (warning["severity"], warning["code"]) == (2, "security")

    async def test_are_asked_for_with_numbered_lines_and_a_schema(self, play: Play) -> None:
        async with play(said()) as scene:
            await scene.review(scene.open())
            assert "4|     return items[0]\n" in scene.prompt()
            assert '{"findings": []}' in scene.prompt()
            asked = scene.backend.exchanges(CHAT)[0].request.json
            assert asked["response_format"]["json_schema"]["schema"]["required"] == ["findings"]

    async def test_are_streamed_where_the_client_wants_them_so(self, play: Play) -> None:
        async with play(said(FINDING)) as scene:
            running = scene.start(scene.open(), partialResultToken="p")
            report = await running.result()
            assert report["findings"] == []
            (value,) = running.partials
            assert [each["title"] for each in value["findings"]] == [FINDING["title"]]

    async def test_elsewhere_and_unsure_are_dropped_and_counted(self, play: Play) -> None:
        elsewhere, unsure = FINDING | {"line": 99}, OTHER | {"confidence": 0.2}
        async with play(said(elsewhere, unsure, FINDING, FINDING)) as scene:
            report = await scene.review(scene.open())
            assert len(report["findings"]) == 1
            assert report["dropped"] == {"outOfDiff": 1, "lowConfidence": 1, "duplicate": 1, "overLimit": 0}

    async def test_are_as_many_as_the_settings_say(self, play: Play) -> None:
        async with play(said(OTHER, FINDING), inhouse={"review": {"maxFindings": 1}}) as scene:
            report = await scene.review(scene.open())
            assert [each["severity"] for each in report["findings"]] == ["error"]
            assert report["dropped"]["overLimit"] == 1

    async def test_of_a_file_that_is_not_open_are_shown_too(self, play: Play) -> None:
        async with play(said(FINDING)) as scene:
            file = scene.folder / "calc.py"
            file.write_text(CODE, "utf-8")
            assert len((await scene.review(file.as_uri()))["findings"]) == 1
            assert starts(await scene.published()) == [3]

    async def test_go_when_the_next_review_has_none(self, play: Play) -> None:
        async with play(said(FINDING), said()) as scene:
            uri = scene.open()
            await scene.review(uri)
            report = await scene.review(uri)
            assert report["findings"] == []
            assert await scene.published(2) == []

    async def test_go_when_the_document_is_closed(self, play: Play) -> None:
        async with play(said(FINDING)) as scene:
            uri = scene.open()
            await scene.review(uri)
            scene.close(uri)
            assert await scene.published(2) == []

    async def test_follow_their_lines_and_go_when_these_are_changed(self, play: Play) -> None:
        async with play(said(FINDING, OTHER)) as scene:
            uri = scene.open()
            await scene.review(uri)
            scene.editor.type(uri, (0, 0, 0, 0), "# one\n# two\n")
            await scene.settled([5, 8])
            scene.editor.type(uri, (5, 4, 5, 4), "await ")
            await scene.settled([8])
            assert scene.editor.client.notified(PUBLISH)[-1]["version"] == 3

    async def test_can_be_fixed_with_what_was_suggested(self, play: Play) -> None:
        fixed = "```python\ndef first(items):\n    return items[0] if items else None\n```"
        async with play(said(FINDING), fixed) as scene:
            uri = scene.open()
            await scene.review(uri)
            (found,) = await scene.published()
            offered = await scene.editor.offered(uri, (3, 4, 3, 4), diagnostics=[found], only=["quickfix.inhouse"])
            assert await scene.editor.choose(offered[0]).result() == {"outcome": "applied"}
            assert "error (inhouse, bug): Fails for an empty list" in scene.prompt()
            assert f"This was suggested for its lines:\n```\n{FINDING['suggestion']}\n```" in scene.prompt()
            assert "if items else None" in scene.editor.text(uri)

    async def test_of_a_long_file_come_from_all_its_parts(self, play: Play) -> None:
        def answer(request: Request) -> Any:  # noqa: ANN401  # steps
            told: str = request.json["messages"][-1]["content"]
            number = told.split("Selected code:")[1].split("| ")[0].split()[-1]
            return answers.chat((said(FINDING | {"line": int(number), "explanation": "x"}),))(request)

        async with play() as scene:
            scene.backend.answer(CHAT, answer)
            function = "def f{0}(a, b):\n    first = a + b * {0}\n    second = first - a\n    return second\n\n"
            report = await scene.review(scene.open("".join(function.format(at) for at in range(150))))
            parts = report["coverage"]["hunks"]
            assert parts > 1
            assert len(report["findings"]) + report["dropped"]["overLimit"] == parts
            assert all(each["range"]["start"]["line"] % 5 in (0, 4) for each in report["findings"])  # between functions

    async def test_show_no_secret_to_the_model_and_keep_their_lines(self, play: Play) -> None:
        key = "".join(f"{at:02}" + "Ab3/x9+Q" * 7 + "abcdef\n" for at in range(20))
        code = f'KEY = """-----BEGIN RSA PRIVATE KEY-----\n{key}-----END RSA PRIVATE KEY-----"""\n{CODE}'
        async with play(said(FINDING | {"line": 26})) as scene:
            report = await scene.review(scene.open(code))
            assert "Ab3/x9+Q" not in scene.prompt()
            assert "26|     return items[0]\n" in scene.prompt()
            assert [each["range"]["start"]["line"] for each in report["findings"]] == [25]


class TestHonesty:
    async def test_an_answer_that_is_no_list_is_asked_for_once_more(self, play: Play) -> None:
        async with play("It looks fine to me!", said(FINDING)) as scene:
            report = await scene.review(scene.open())
            assert len(report["findings"]) == 1
            assert len(scene.backend.exchanges(CHAT)) == 2
            assert "It looks fine to me!" in scene.prompt()

    async def test_garbage_is_not_reviewed_and_not_clean(self, play: Play) -> None:
        async with play("It looks fine to me!") as scene:
            uri = scene.open()
            report = await scene.command({"uri": uri})
            reason = "The answer is not a list of findings."
            missed = {"path": "calc.py", "hunks": 1, "reason": reason}
            assert report["coverage"] == {"files": 0, "hunks": 0, "skipped": [], "notReviewed": [missed]}
            message = await scene.editor.client.notification("window/showMessage")
            assert message["message"] == f"Inhouse: Not reviewed: 1 part of calc.py. {reason}"
            assert len(scene.backend.exchanges(CHAT)) == 2

    async def test_an_answer_cut_off_is_not_reviewed(self, play: Play) -> None:
        async with play() as scene:
            scene.backend.answer(CHAT, answers.chat((said(FINDING)[:80],), finish_reason="length"))
            report = await scene.review(scene.open())
            assert report["findings"] == []
            assert "cut off" in report["coverage"]["notReviewed"][0]["reason"]

    async def test_a_server_that_takes_no_schema_is_asked_without(self, play: Play) -> None:
        def answer(request: Request) -> Any:  # noqa: ANN401  # steps
            if "response_format" in request.json:
                return json_reply({"error": {"message": "response_format is unknown"}}, status=400)(request)
            return answers.chat((said(FINDING),))(request)

        async with play() as scene:
            scene.backend.answer(CHAT, answer)
            assert len((await scene.review(scene.open()))["findings"]) == 1

    async def test_a_backend_that_fails_is_an_error(self, play: Play) -> None:
        async with play() as scene:
            scene.backend.answer(CHAT, json_reply({"error": "no key"}, status=401))
            with pytest.raises(ResponseError) as caught:
                await scene.review(scene.open())
            assert caught.value.kind == "unauthorized"

    async def test_a_backend_that_dies_leaves_the_rest_not_reviewed(self, play: Play) -> None:
        async with play(said(FINDING)) as scene:
            first, second = scene.open(), scene.open(CODE + "# more\n", "more.py")

            def answer(request: Request) -> Any:  # noqa: ANN401  # steps
                if "more.py" in str(request.json["messages"]):
                    return json_reply({"error": "no key"}, status=401)(request)
                return answers.chat((said(FINDING),))(request)

            scene.backend.answer(CHAT, answer)
            report = await scene.editor.client.request("inhouse/review", {"uris": [first, second]})
            assert len(report["findings"]) == 1
            assert [each["path"] for each in report["coverage"]["notReviewed"]] == ["more.py"]

    async def test_what_is_never_sent_is_skipped_with_the_reason(self, play: Play) -> None:
        async with play(said(), inhouse={"review": {"ignore": ["gen/"]}}) as scene:
            (scene.folder / "gen").mkdir()
            uris = [scene.open(name=".env"), scene.open(name="gen/a.py"), scene.open("\n", "empty.py"), scene.open()]
            report = await scene.editor.client.request("inhouse/review", {"uris": uris})
            skipped = {each["path"]: each["reason"] for each in report["coverage"]["skipped"]}
            assert skipped.keys() == {".env", "gen/a.py", "empty.py"}
            assert report["coverage"]["files"] == 1
            assert len(scene.backend.exchanges(CHAT)) == 1

    async def test_what_is_not_of_the_workspace_is_refused(self, play: Play, tmp_path: Path) -> None:
        outside = tmp_path / "outside.py"
        outside.write_text(CODE, "utf-8")
        async with play(said()) as scene:
            with pytest.raises(ResponseError) as caught:
                await scene.review(outside.as_uri())
            assert caught.value.kind == "invalid_request"
            assert scene.backend.exchanges(CHAT) == []

    @pytest.mark.parametrize(
        ("params", "kind"),
        [
            ({"staged": True}, "unsupported"),
            ({"diff": "--- a\n+++ b\n"}, "unsupported"),
            ({"revisions": "main..HEAD"}, "unsupported"),
            ({}, "invalid_request"),
            ({"uris": []}, "invalid_request"),
            ({"uris": ["file:///a"], "staged": True}, "invalid_request"),
        ],
    )
    async def test_what_is_not_there_yet_is_said(self, play: Play, params: JsonObject, kind: str) -> None:
        async with play() as scene:
            with pytest.raises(ResponseError) as caught:
                await scene.editor.client.request("inhouse/review", params)
            assert caught.value.kind == kind

    async def test_the_embedded_model_does_it_only_where_the_user_says_so(
        self, start_client: StartClient, home_with_model: dict[str, str], workspace: Path
    ) -> None:
        asked: list[str] = []
        with refusing_url() as url:
            settings = {"huggingface": {"customTGIEndpoint": url}}
            async with start_client(env=home_with_model, settings=settings) as client:
                client.choose = lambda message, titles: asked.append(message) or titles[-1]
                uri = Editing(client).open(workspace / "calc.py", "python", CODE)
                with pytest.raises(ResponseError) as caught:
                    await client.request("inhouse/review", {"uris": [uri]})
        assert caught.value.kind == "unreachable"
        assert "embedded|" in asked[0]


class TestAction:
    async def test_is_offered_when_somebody_asks_and_never_by_itself(self, play: Play) -> None:
        async with play(said(FINDING)) as scene:
            uri = scene.open()
            assert REVIEW not in {each["kind"] for each in await scene.editor.offered(uri, (0, 0, 0, 0), trigger=2)}
            saving = await scene.editor.offered(uri, (0, 0, 0, 0), trigger=2, only=["source"])
            assert saving == []
            (offer,) = await scene.editor.offered(uri, (0, 0, 0, 0), only=["source"])
            assert (offer["kind"], offer["command"]["command"]) == (REVIEW, "inhouse.action")
            assert await scene.editor.choose(offer).result() == {"outcome": "shown", "reason": "1 finding."}
            assert starts(await scene.published()) == [3]
            assert scene.messages() == ["Inhouse: 1 finding."]

    async def test_that_finds_nothing_says_so_in_one_line(self, play: Play) -> None:
        async with play(said()) as scene:
            await scene.command({"uri": scene.open()})
            assert scene.messages() == ["Inhouse: No findings."]

    async def test_of_an_editor_without_progress_returns_at_once(self, play: Play) -> None:
        workspace = CAPABILITIES.workspace
        async with play(said(FINDING), capabilities=types.ClientCapabilities(workspace=workspace)) as scene:
            uri = scene.open()
            assert await scene.command({"uri": uri}) == {"outcome": "started"}
            assert starts(await scene.published()) == [3]
            message = await scene.editor.client.notification("window/showMessage")
            assert message["message"] == "Inhouse: 1 finding."

    async def test_without_a_document_says_what_there_is(self, play: Play) -> None:
        async with play() as scene:
            with pytest.raises(ResponseError) as caught:
                await scene.command({})
            assert caught.value.kind == "unsupported"
            assert "documents" in caught.value.args[0]


class TestStopping:
    async def begun(self, scene: Scene) -> tuple[str, RunningRequest, Exchange]:
        scene.backend.answer(CHAT, cut_after(answers.chat((said(FINDING), "more")), 2, Stall()))
        uri = scene.open()
        running = scene.start(uri, workDoneToken="work")
        exchange = await scene.backend.wait_for_async(CHAT)
        await scene.editor.client.pulse.until(lambda: "writing" in str(running.progress))
        assert "calc.py: writing" in str(running.progress)
        return uri, running, exchange

    async def test_by_cancelling_the_request(self, play: Play) -> None:
        async with play() as scene:
            _, running, exchange = await self.begun(scene)
            running.cancel()
            await self.has_stopped(scene, running, exchange)

    async def test_by_the_command_that_every_editor_can_send(self, play: Play) -> None:
        async with play() as scene:
            uri, running, exchange = await self.begun(scene)
            stop = {"command": "inhouse.stop", "arguments": [{"uri": uri}]}
            assert await scene.editor.client.request("workspace/executeCommand", stop) == {"stopped": 1}
            await self.has_stopped(scene, running, exchange)

    async def has_stopped(self, scene: Scene, running: RunningRequest, exchange: Exchange) -> None:
        assert await exchange.closed_by_client_async(1.0)
        with pytest.raises(ResponseError) as caught:
            await running.result()
        assert caught.value.code == types.LSPErrorCodes.RequestCancelled
        assert scene.editor.client.notified(PUBLISH) == []
        assert running.progress[-1]["kind"] == "end"
